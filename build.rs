//! Prepares the files that the release binary embeds.
//!
//! Of every file of `static/` and `examples/` a brotli and a gzip form are written to `OUT_DIR/assets`, so that the server
//! never packs them; where that gains nothing, the file itself. Whole-line comments and indentation are removed from the
//! client, which kiosks load; all other files are served as they are written.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The client is loaded by slow machines. It has at most so many bytes, gzipped.
const CLIENT_BYTES: usize = 8_192;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=static");
    println!("cargo::rerun-if-changed=examples");
    let out_dir = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    let out = PathBuf::from(out_dir).join("assets");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    pack_folder(Path::new("static"), &out)?;
    pack_folder(Path::new("examples"), &out.join("example"))
}

fn pack_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().expect("an entry of a folder has a name"));
        if path.is_dir() {
            pack_folder(&path, &target)?;
        } else {
            pack_file(&path, &target)?;
        }
    }
    Ok(())
}

fn pack_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut bytes = fs::read(from)?;
    let is_client = from == Path::new("static/microticks.js");
    if is_client {
        let source = String::from_utf8(bytes).map_err(io::Error::other)?;
        bytes = bare_code(&source).into_bytes();
    }
    let (brotli, gzip) = (brotli(&bytes)?, gzip(&bytes)?);
    if is_client && gzip.len() > CLIENT_BYTES {
        let size = gzip.len();
        let what = format!(
            "{} has {size} bytes of at most {CLIENT_BYTES}",
            from.display()
        );
        return Err(io::Error::other(what));
    }
    if gzip.len().max(brotli.len()) >= bytes.len() {
        return fs::write(to, &bytes);
    }
    fs::write(with_ending(to, "br"), brotli)?;
    fs::write(with_ending(to, "gz"), gzip)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Drops indentation, empty lines and lines that hold nothing but a comment. The client keeps to whole-line comments,
/// and to strings on one line.
fn bare_code(source: &str) -> String {
    let mut kept = String::with_capacity(source.len());
    let mut in_block = false;
    for line in source.lines() {
        let text = line.trim();
        if in_block || text.starts_with("/*") {
            in_block = !text.ends_with("*/");
        } else if !text.is_empty() && !text.starts_with("//") {
            kept.push_str(text);
            kept.push('\n');
        }
    }
    kept
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    zopfli::compress(
        zopfli::Options::default(),
        zopfli::Format::Gzip,
        bytes,
        &mut packed,
    )?;
    Ok(packed)
}
