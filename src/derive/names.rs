//! The names in a session, each kept once.

use std::borrow::Cow;
use std::collections::HashMap;

/// A name by its place among those of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(usize);

impl NameId {
    /// Its place in what [`Names::iter`] gives.
    pub fn index(self) -> usize {
        self.0
    }
}

/// Names in the order in which they were first met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    list: Vec<String>,
    places: HashMap<String, usize>,
}

impl Names {
    /// The number of a name, new or not.
    pub(super) fn add(&mut self, name: Cow<'_, str>) -> NameId {
        if let Some(&place) = self.places.get(name.as_ref()) {
            return NameId(place);
        }
        let place = self.list.len();
        self.list.push(name.as_ref().to_owned());
        self.places.insert(name.into_owned(), place);
        NameId(place)
    }

    /// The text of a name.
    pub fn text(&self, id: NameId) -> &str {
        &self.list[id.0]
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(String::as_str)
    }
}
