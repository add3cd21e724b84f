//! What a path means. A pure function, so that every case is a row of a table.

use hyper::Method;
use percent_encoding::percent_decode_str;

/// Everything that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `POST /sessions`
    StartSession,
    /// `POST /events`
    StoreEvent,
    /// `POST /sessions/stop`
    StopSession,
    /// `POST /batch`
    Batch,
    /// `GET /sessions`
    ListSessions,
    /// `GET /events`
    ListEvents,
    /// `GET /reports`
    ListReports,
    /// `GET /reports/NAME`
    Report(String),
    /// `GET /snapshot`
    Snapshot,
    /// `POST /sessions/ID/exclude` and `/include`
    Mark {
        /// The session.
        session_id: i64,
        /// Whether it is a staff test from now on.
        excluded: bool,
    },
    /// `GET /consumers`
    ListConsumers,
    /// `GET /devices`
    ListDevices,
    /// `GET /live`
    Live,
    /// `GET /screens`
    ListScreens,
    /// `GET /screens/NAME`
    Screen(String),
    /// `POST /login`
    Login,
    /// `GET /login`
    LoginState,
    /// `POST /logout`
    Logout,
    /// A preflight for one of the paths above.
    Preflight,
    /// `GET /healthz`: the process answers.
    Health,
    /// `GET /readyz`: the file is open.
    Ready,
    /// `GET /dash`
    Dashboard,
    /// `GET /` where no folder is served.
    Welcome,
    /// An embedded file.
    Asset(String),
    /// To the same place with or without a slash at the end, relative to the path.
    Redirect(&'static str),
    /// A file of the folder that is served, by its decoded path.
    File(String),
    /// The path exists, the method does not.
    WrongMethod(Methods),
    /// There is nothing here.
    NotFound,
}

/// The methods that a path answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Methods {
    /// It is only read.
    Read,
    /// It only changes something for those who read.
    Change,
    /// It does both.
    ReadAndChange,
    /// It only collects.
    Collect,
    /// It collects, and what it collects can be read.
    Both,
}

impl Methods {
    /// What `Allow` says.
    pub fn allow(self) -> &'static str {
        match self {
            Methods::Read => "GET, HEAD",
            Methods::Change => "POST",
            Methods::ReadAndChange => "GET, HEAD, POST",
            Methods::Collect => "POST, OPTIONS",
            Methods::Both => "GET, HEAD, POST, OPTIONS",
        }
    }
}

impl Route {
    /// Decodes a request line. `serves_folder` is whether `--www` was given: our own routes win over its files.
    pub fn decode(method: &Method, path: &str, serves_folder: bool) -> Route {
        let path = single_slashes(path);
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let posts = *method == Method::POST;
        let read = |route: Route| {
            if reads {
                route
            } else {
                Route::WrongMethod(Methods::Read)
            }
        };
        match path.as_str() {
            "/sessions" | "/events" | "/sessions/stop" | "/batch" if *method == Method::OPTIONS => {
                Route::Preflight
            }
            "/sessions" if posts => Route::StartSession,
            "/sessions" if reads => Route::ListSessions,
            "/events" if posts => Route::StoreEvent,
            "/events" if reads => Route::ListEvents,
            "/sessions" | "/events" => Route::WrongMethod(Methods::Both),
            "/sessions/stop" if posts => Route::StopSession,
            "/batch" if posts => Route::Batch,
            "/sessions/stop" | "/batch" => Route::WrongMethod(Methods::Collect),
            "/reports" => read(Route::ListReports),
            "/snapshot" => read(Route::Snapshot),
            "/consumers" => read(Route::ListConsumers),
            "/devices" => read(Route::ListDevices),
            "/live" => read(Route::Live),
            "/screens" => read(Route::ListScreens),
            "/login" if posts => Route::Login,
            "/login" if reads => Route::LoginState,
            "/login" => Route::WrongMethod(Methods::ReadAndChange),
            "/logout" if posts => Route::Logout,
            "/logout" => Route::WrongMethod(Methods::Change),
            "/healthz" => read(Route::Health),
            "/readyz" => read(Route::Ready),
            "/dash" => read(Route::Dashboard),
            "/dash/" => read(Route::Redirect("../dash")),
            "/docs" => read(Route::Asset("docs/index.html".to_owned())),
            "/docs/" => read(Route::Redirect("../docs")),
            "/example" => read(Route::Redirect("example/")),
            "/example/" => read(Route::Asset("example/index.html".to_owned())),
            "/microticks.js" => read(Route::Asset("microticks.js".to_owned())),
            "/favicon.ico" if !serves_folder => read(Route::Asset("dash/mark.svg".to_owned())),
            "/" if !serves_folder => read(Route::Welcome),
            _ => {
                let Ok(decoded) = percent_decode_str(&path).decode_utf8() else {
                    return Route::NotFound;
                };
                let own = ["/dash/", "/docs/", "/example/"]
                    .iter()
                    .any(|folder| decoded.starts_with(folder));
                if let Some(route) = named(&decoded) {
                    return match route {
                        Route::Mark { .. } if posts => route,
                        Route::Mark { .. } => Route::WrongMethod(Methods::Change),
                        _ => read(route),
                    };
                }
                match decoded {
                    // The pages have their own paths, and the dashboard a guard.
                    name if own && name.ends_with(".html") => Route::NotFound,
                    name if own => read(Route::Asset(name.trim_start_matches('/').to_owned())),
                    name if serves_folder => read(Route::File(name.into_owned())),
                    _ => Route::NotFound,
                }
            }
        }
    }

    /// Whether it shows what was collected, so that only those may ask who may read.
    pub fn is_reading(&self) -> bool {
        matches!(
            self,
            Route::ListSessions
                | Route::ListEvents
                | Route::ListReports
                | Route::Report(_)
                | Route::Snapshot
                | Route::ListConsumers
                | Route::ListDevices
                | Route::Live
                | Route::ListScreens
                | Route::Screen(_)
                | Route::Mark { .. }
        )
    }

    /// Whether replies carry CORS headers in every case, errors included.
    pub fn is_collecting(&self) -> bool {
        matches!(
            self,
            Route::StartSession
                | Route::StoreEvent
                | Route::StopSession
                | Route::Batch
                | Route::Preflight
                | Route::WrongMethod(Methods::Collect | Methods::Both)
        )
    }
}

/// The paths that name what they are about: `/reports/NAME`, `/screens/NAME`, `/sessions/ID/exclude` and
/// `/sessions/ID/include`.
fn named(path: &str) -> Option<Route> {
    if let Some(name) = path.strip_prefix("/reports/") {
        return Some(Route::Report(name.to_owned()));
    }
    if let Some(name) = path.strip_prefix("/screens/") {
        return Some(Route::Screen(name.to_owned()));
    }
    let (id, mark) = path.strip_prefix("/sessions/")?.split_once('/')?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let excluded = match mark {
        "exclude" => true,
        "include" => false,
        _ => return None,
    };
    let session_id = id.parse().ok().filter(|_| is_id)?;
    Some(Route::Mark {
        session_id,
        excluded,
    })
}

/// `//sessions` is `/sessions`: frontends join their host and path carelessly.
fn single_slashes(path: &str) -> String {
    let mut single = String::with_capacity(path.len());
    for byte in path.chars() {
        if byte != '/' || !single.ends_with('/') {
            single.push(byte);
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_and_method_has_one_meaning() {
        let asset = |name: &str| Route::Asset(name.to_owned());
        let file = |name: &str| Route::File(name.to_owned());
        for (method, path, www, expected) in [
            ("POST", "/sessions", false, Route::StartSession),
            ("POST", "//sessions", false, Route::StartSession),
            ("GET", "/sessions", false, Route::ListSessions),
            ("HEAD", "/events", false, Route::ListEvents),
            ("POST", "/events", true, Route::StoreEvent),
            ("POST", "///sessions//stop", false, Route::StopSession),
            ("POST", "/batch", false, Route::Batch),
            ("OPTIONS", "/batch", false, Route::Preflight),
            ("OPTIONS", "/events", false, Route::Preflight),
            ("OPTIONS", "/dash", false, Route::WrongMethod(Methods::Read)),
            ("GET", "/batch", false, Route::WrongMethod(Methods::Collect)),
            (
                "DELETE",
                "/sessions",
                false,
                Route::WrongMethod(Methods::Both),
            ),
            ("PUT", "/healthz", false, Route::WrongMethod(Methods::Read)),
            ("GET", "/healthz", true, Route::Health),
            ("GET", "/consumers", true, Route::ListConsumers),
            ("GET", "/devices", false, Route::ListDevices),
            ("GET", "/live", true, Route::Live),
            ("GET", "/screens", false, Route::ListScreens),
            (
                "GET",
                "/screens/a%2Fb",
                true,
                Route::Screen("a/b".to_owned()),
            ),
            (
                "POST",
                "/screens/a",
                false,
                Route::WrongMethod(Methods::Read),
            ),
            ("POST", "/login", false, Route::Login),
            ("GET", "/login", true, Route::LoginState),
            (
                "PUT",
                "/login",
                false,
                Route::WrongMethod(Methods::ReadAndChange),
            ),
            ("POST", "/logout", true, Route::Logout),
            ("GET", "/logout", false, Route::WrongMethod(Methods::Change)),
            ("GET", "/readyz", false, Route::Ready),
            ("GET", "/dash", true, Route::Dashboard),
            ("GET", "/dash/", false, Route::Redirect("../dash")),
            ("GET", "/dash/vars.css", true, asset("dash/vars.css")),
            ("GET", "/docs", true, asset("docs/index.html")),
            ("GET", "/example", false, Route::Redirect("example/")),
            ("GET", "/example/", false, asset("example/index.html")),
            ("GET", "/microticks.js", true, asset("microticks.js")),
            (
                "POST",
                "/microticks.js",
                false,
                Route::WrongMethod(Methods::Read),
            ),
            ("GET", "/", false, Route::Welcome),
            ("GET", "/", true, file("/")),
            ("GET", "/a%20b/c.html", true, file("/a b/c.html")),
            ("GET", "/%2e%2e/secret", true, file("/../secret")),
            ("GET", "/%ff", true, Route::NotFound),
            ("GET", "/dash/index.html", false, Route::NotFound),
            ("GET", "/dash/%69ndex.html", true, Route::NotFound),
            ("GET", "/nothing", false, Route::NotFound),
            ("POST", "/nothing", false, Route::NotFound),
            (
                "POST",
                "/page.html",
                true,
                Route::WrongMethod(Methods::Read),
            ),
            ("GET", "/favicon.ico", true, file("/favicon.ico")),
            ("GET", "/sessions/", false, Route::NotFound),
        ] {
            let route = Route::decode(&method.parse().unwrap(), path, www);
            assert_eq!(route, expected, "{method} {path}");
        }
    }

    #[test]
    fn reports_snapshots_and_marks_have_their_paths() {
        for (method, path, www, expected) in [
            ("GET", "/reports", true, Route::ListReports),
            ("HEAD", "/snapshot", true, Route::Snapshot),
            (
                "POST",
                "/snapshot",
                false,
                Route::WrongMethod(Methods::Read),
            ),
            (
                "HEAD",
                "/reports/hours",
                true,
                Route::Report("hours".to_owned()),
            ),
            (
                "GET",
                "/reports/a%20b",
                false,
                Route::Report("a b".to_owned()),
            ),
            (
                "POST",
                "/reports/hours",
                false,
                Route::WrongMethod(Methods::Read),
            ),
            (
                "POST",
                "/sessions/7/exclude",
                true,
                Route::Mark {
                    session_id: 7,
                    excluded: true,
                },
            ),
            (
                "POST",
                "/sessions/7/include",
                false,
                Route::Mark {
                    session_id: 7,
                    excluded: false,
                },
            ),
            (
                "GET",
                "/sessions/7/include",
                false,
                Route::WrongMethod(Methods::Change),
            ),
            ("POST", "/sessions/-7/include", false, Route::NotFound),
            ("POST", "/sessions/7/delete", false, Route::NotFound),
        ] {
            let route = Route::decode(&method.parse().unwrap(), path, www);
            assert_eq!(route, expected, "{method} {path}");
        }
    }
}
