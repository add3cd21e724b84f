//! The commands in the documentation, run as they are written.

use std::process::Command;

use crate::harness::Server;

/// A command and what it must print, in which `…` stands for anything.
struct Example {
    command: String,
    expected: String,
}

fn examples(markdown: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut inside = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            examples.push(Example {
                command: command.to_owned(),
                expected: String::new(),
            });
        } else if inside {
            let example = examples.last_mut().expect("output follows a command");
            example.expected += &format!("{line}\n");
        }
    }
    examples
}

fn matches(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else {
        return false;
    };
    rest = after;
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty() || pattern.ends_with('…')
}

#[test]
fn every_curl_line_of_the_api_prints_what_is_written() {
    let (server, key) = Server::with_consumer();
    let examples = examples(include_str!("../../docs/api.md"));
    assert!(examples.len() > 10);
    for Example { command, expected } in examples {
        let output = Command::new("bash")
            .args(["-c", &command])
            .env("URL", server.url(""))
            .env("KEY", &key)
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout)
            .unwrap()
            .replace("\r\n", "\n");
        assert!(
            matches(printed.trim_end(), expected.trim_end()),
            "{command}\nprinted  {printed}\nexpected {expected}"
        );
    }
}
