//! `GET /screens` and `GET /screens/NAME`: pictures of the exhibit's screens, from the folder of `--screens`.

use std::io;
use std::path::Path;

use hyper::Response;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;

use super::assets;
use super::error::ApiError;
use super::reply::ReplyBody;
use super::www::{Folder, is_hidden};
use crate::limits;

/// What a drawing may do that is opened by itself: nothing but look as it does.
const PICTURE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

/// Pictures of screens.
#[derive(Debug, Clone)]
pub enum Pictures {
    /// Files that are called like their screens, whatever their type. Where the name of a screen holds what the name of a
    /// file cannot, that is written as in addresses: `map%2Foslo.png`.
    Folder(Folder),
    /// Screens, and the names of the embedded files.
    Embedded(Vec<(&'static str, &'static str)>),
}

impl Pictures {
    /// The names of the screens of which there is a picture, in order.
    pub async fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Pictures::Folder(folder) => files(folder)
                .await
                .into_iter()
                .map(|(name, _)| name)
                .collect(),
            Pictures::Embedded(screens) => {
                screens.iter().map(|(name, _)| (*name).to_owned()).collect()
            }
        };
        names.sort();
        names.dedup();
        names
    }

    /// Replies with the picture of a screen. Its name may also be written as that of a file is, since proxies refuse or
    /// change a `%2F` in an address, but not a `%252F`.
    pub async fn serve(
        &self,
        screen: &str,
        headers: &HeaderMap,
    ) -> Result<Response<ReplyBody>, ApiError> {
        let mut reply = match self {
            Pictures::Folder(folder) => {
                let files = files(folder).await;
                let decoded = percent_decode_str(screen).decode_utf8();
                let [as_is, as_file] = [Some(screen), decoded.as_deref().ok()]
                    .map(|called| files.iter().find(|(name, _)| Some(&name[..]) == called));
                let (_, file) = as_is.or(as_file).ok_or(ApiError::NotFound)?;
                folder.serve(&format!("/{file}"), None, headers).await?
            }
            Pictures::Embedded(screens) => {
                let found = screens.iter().find(|(name, _)| *name == screen);
                assets::serve(found.ok_or(ApiError::NotFound)?.1, headers)?
            }
        };
        reply
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, PICTURE_POLICY);
        Ok(reply)
    }
}

/// Screens and the files with their pictures, in order. The folder is read anew each time, since pictures are added while
/// the server runs.
async fn files(folder: &Folder) -> Vec<(String, String)> {
    let path = folder.path().to_owned();
    match tokio::task::spawn_blocking(move || list(&path)).await {
        Ok(Ok(files)) => files,
        Ok(Err(error)) => {
            log::debug!("the folder of pictures cannot be read: {error}");
            Vec::new()
        }
        Err(_) => Vec::new(),
    }
}

fn list(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(limits::PICTURES) {
        if let Ok(file) = entry?.file_name().into_string()
            && !is_hidden(&file)
            && let Some(screen) = screen_of(&file)
        {
            files.push((screen, file));
        }
    }
    files.sort();
    Ok(files)
}

/// The screen that a file is the picture of, if it is one.
fn screen_of(file: &str) -> Option<String> {
    let (stem, _) = file.rsplit_once('.')?;
    let is_picture = mime_guess::from_path(file)
        .first()
        .is_some_and(|mime| mime.type_() == "image");
    let name = percent_decode_str(stem).decode_utf8().ok()?;
    is_picture.then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_called_like_its_screen() {
        for (file, screen) in [
            ("home.png", Some("home")),
            ("Year 2017.jpeg", Some("Year 2017")),
            ("map%2Foslo%3A1.webp", Some("map/oslo:1")),
            ("a.b.svg", Some("a.b")),
            ("Åre.AVIF", Some("Åre")),
            ("notes.txt", None),
            ("page.html", None),
            ("home", None),
            ("%ff.png", None),
        ] {
            assert_eq!(screen_of(file).as_deref(), screen, "{file}");
        }
    }
}
