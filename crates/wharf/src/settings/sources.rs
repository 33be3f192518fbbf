use std::{fs, io};

use toml::{Table, Value};

use super::Problems;
use crate::command_line::SettingFlags;

/// The file that is read where it exists and no other is named.
const DEFAULT_FILE: &str = "wharf.toml";

/// Settings that the command line and the environment can give: key, flag's value, variable.
type Named<'a> = (&'static str, &'a Option<String>, &'static str);

/// Where settings come from, the mistakes found in them, and what of the file has not been asked for.
pub(crate) struct Sources<'a> {
    named: Vec<Named<'a>>,
    file: Table,
    environment: &'a dyn Fn(&str) -> Option<String>,
    known: Vec<&'static str>,
    /// Tables whose keys are names that somebody chose.
    named_entries: Vec<&'static str>,
    problems: Problems,
}

impl<'a> Sources<'a> {
    /// Opens the configuration file and takes in the others.
    ///
    /// # Errors
    /// When the file is named and not there, or is no TOML.
    pub(crate) fn open(
        flags: &'a SettingFlags,
        environment: &'a dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Problems> {
        let named = vec![
            ("listen", &flags.listen, "WHARF_LISTEN"),
            ("data_dir", &flags.data_dir, "WHARF_DATA_DIR"),
            ("database_url", &flags.database_url, "WHARF_DATABASE_URL"),
            ("storage_url", &flags.storage_url, "WHARF_STORAGE_URL"),
            ("domain", &flags.domain, "WHARF_DOMAIN"),
            ("public_url", &flags.public_url, "WHARF_PUBLIC_URL"),
            ("trusted_proxies", &None, "WHARF_TRUSTED_PROXIES"),
            ("master_key", &None, "WHARF_MASTER_KEY"),
            ("rate_limits.enabled", &None, "WHARF_RATE_LIMITS"),
            ("log.level", &None, "WHARF_LOG"),
        ];
        let path = flags.config.clone().or_else(|| environment("WHARF_CONFIG"));
        let file = read_file(path.as_deref())?;
        Ok(Self {
            named,
            file,
            environment,
            known: Vec::new(),
            named_entries: Vec::new(),
            problems: Problems::default(),
        })
    }

    /// The strongest value that `key` has, read by `parse`; a mistake is noted.
    pub(crate) fn value<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.known.push(key);
        let text = self.text(key)?;
        self.checked(key, parse(&text))
    }

    /// The strongest value that `key` has, else `default`.
    pub(crate) fn value_or<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
        default: T,
    ) -> T {
        self.value(key, parse).unwrap_or(default)
    }

    /// What a table of the file says of names that are no settings of their own; none where there is no such table.
    /// `parse` takes a name and its text; a mistake is noted.
    pub(crate) fn names<T>(
        &mut self,
        table: &'static str,
        parse: impl Fn(&str, &str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let is_there = self.file.contains_key(table);
        let read: Vec<_> = self
            .entries(table)
            .iter()
            .filter_map(|(name, value)| {
                let text = value.as_str().ok_or_else(|| "it is no text".to_owned());
                self.checked(&format!("{table}.{name}"), text.and_then(|text| parse(name, text)))
            })
            .collect();
        is_there.then_some(read)
    }

    /// A value that only the environment gives.
    pub(crate) fn variable<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = (self.environment)(name)?;
        self.checked(name, parse(&text))
    }

    /// Two values that go together: one without the other is a mistake.
    pub(crate) fn both<T>(
        &mut self,
        first: &'static str,
        second: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<(T, T)> {
        self.known.extend([first, second]);
        match (self.text(first), self.text(second)) {
            (Some(one), Some(other)) => {
                let (one, other) = (self.checked(first, parse(&one)), self.checked(second, parse(&other)));
                one.zip(other)
            }
            (None, None) => None,
            (one, _) => {
                let missing = if one.is_some() { second } else { first };
                self.problems.add(missing, &format!("it is missing: {first} and {second} go together"));
                if let Some(text) = one {
                    self.checked(first, parse(&text));
                }
                None
            }
        }
    }

    /// What a table of the file holds whose keys are names that somebody chose.
    pub(crate) fn entries(&mut self, table: &'static str) -> Vec<(String, Value)> {
        self.named_entries.push(table);
        match self.file.get(table) {
            None => Vec::new(),
            Some(Value::Table(entries)) => {
                entries.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
            }
            Some(_) => {
                self.problems.add(table, &format!("it is no table: write [{table}]"));
                Vec::new()
            }
        }
    }

    /// Notes a mistake that shows only beside another setting.
    pub(crate) fn refuse(&mut self, key: &str, what: &str) {
        self.problems.add(key, what);
    }

    /// Names what the file holds that no setting is called.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub(crate) fn finish(mut self) -> Result<(), Problems> {
        for (key, value) in &self.file {
            match value {
                _ if self.named_entries.contains(&key.as_str()) => {}
                Value::Table(table) => {
                    table.keys().for_each(|name| {
                        note_unknown(&mut self.problems, &self.known, &format!("{key}.{name}"))
                    });
                }
                _ => note_unknown(&mut self.problems, &self.known, key),
            }
        }
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }

    fn checked<T>(&mut self, key: &str, value: Result<T, String>) -> Option<T> {
        value.map_err(|what| self.problems.add(key, &what)).ok()
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let named = self.named.iter().find(|(name, ..)| *name == key).copied();
        if let Some((_, Some(flag), _)) = named {
            return Some(flag.clone());
        }
        match self.in_file(key) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Integer(number)) => Some(number.to_string()),
            Some(Value::Boolean(truth)) => Some(truth.to_string()),
            Some(_) => {
                self.problems.add(key, "it is no text and no number");
                None
            }
            None => named.and_then(|(_, _, variable)| (self.environment)(variable)),
        }
    }

    fn in_file(&self, key: &str) -> Option<&Value> {
        match key.split_once('.') {
            Some((table, name)) => self.file.get(table)?.get(name),
            None => self.file.get(key),
        }
    }
}

fn read_file(path: Option<&str>) -> Result<Table, Problems> {
    let name = path.unwrap_or(DEFAULT_FILE);
    let mut problems = Problems::default();
    let text = match fs::read_to_string(name) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_none() => return Ok(Table::new()),
        Err(error) => {
            problems.add(name, &error.to_string());
            return Err(problems);
        }
    };
    text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        problems.add(name, &format!("line {line}: {}", error.message()));
        problems
    })
}

fn note_unknown(problems: &mut Problems, known: &[&str], key: &str) {
    if known.contains(&key) {
        return;
    }
    let near = known.iter().find(|known| is_near(known, key));
    let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
    problems.add(key, &format!("there is no such setting{hint}"));
}

/// Whether two keys have the same letters, but for one.
fn is_near(one: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<_> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let (one, other) = (sorted(one), sorted(other));
    let shared = one.iter().filter(|letter| other.contains(letter)).count();
    one.len().abs_diff(other.len()) <= 1 && shared + 1 >= one.len().max(other.len())
}
