use std::fmt::Write;

use wharf_cloudapi::{Declaration, Field, Limits, Parameter, Product};

use crate::sample::command;

/// A whole page.
pub(crate) fn page(title: &str, sections: &[String]) -> String {
    format!(
        "# {title}\n\nMade from the declarations in the source by `make docs`. What all actions have in common, and the \
         common errors, is\nin [README.md](README.md).\n\n{}",
        sections.join("\n")
    )
}

/// What is said of an action.
pub(crate) fn section(product: &Product, declaration: &Declaration) -> String {
    let mut text = format!("## {}\n\n{}\n\n", declaration.name, wrapped(declaration.meaning));
    let line = command(product.service, declaration);
    write!(text, "    {line}\n\n").unwrap();
    if !declaration.parameters.is_empty() {
        text.push_str("| parameter | type | |\n|---|---|---|\n");
        rows(&mut text, "", &declaration.parameters);
        text.push('\n');
    }
    let answers = fields(&declaration.output);
    let answers = if answers.is_empty() { "nothing but `RequestId`".to_owned() } else { answers };
    write!(text, "Answers {answers}.\n\n").unwrap();
    let mut facts = format!("{} calls a second.", product.rate(declaration.name));
    let errors = product.facts(declaration.name).map(|facts| facts.errors).unwrap_or_default();
    if !errors.is_empty() {
        let errors: Vec<_> = errors.iter().map(|code| format!("`{code}`")).collect();
        write!(facts, " Documented errors: {}.", errors.join(", ")).unwrap();
    }
    writeln!(text, "{}", wrapped(&facts)).unwrap();
    text
}

fn rows(text: &mut String, place: &str, parameters: &[Parameter]) {
    for parameter in parameters {
        let name = format!("{place}{}", parameter.name);
        let mut says = parameter.meaning.trim().replace('|', "\\|");
        if !parameter.values.is_empty() {
            let values: Vec<_> = parameter.values.iter().map(|value| format!("`{value}`")).collect();
            write!(says, " One of {}.", values.join(", ")).unwrap();
        }
        if let Some(limits) = parameter.limits {
            write!(says, " {}.", bounds(limits)).unwrap();
        }
        let required = if parameter.required { "**required** " } else { "" };
        writeln!(text, "| `{name}` | {} | {required}{says} |", shown_type(&parameter.type_name)).unwrap();
        let place =
            if parameter.type_name.starts_with("list<") { format!("{name}.N.") } else { format!("{name}.") };
        rows(text, &place, &parameter.members);
    }
}

fn shown_type(name: &str) -> String {
    name.replace("list<", "list of ").replace('>', "")
}

fn bounds(limits: Limits) -> String {
    let rule = limits.rule().english;
    let mut letters = rule.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `A`, `B` (`C`, `D`)
fn fields(output: &[Field]) -> String {
    let one = |field: &Field| {
        let members = fields(&field.fields);
        let members = if members.is_empty() { members } else { format!(" ({members})") };
        format!("`{}`{members}", field.name)
    };
    output.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A paragraph in lines of 120 characters at most.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 120 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
