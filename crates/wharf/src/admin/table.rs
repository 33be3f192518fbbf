/// Rows under their headings, in columns as wide as their widest text.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<_> = std::iter::once(headings.map(str::to_owned)).chain(rows).collect();
    let widths: Vec<_> =
        (0..N).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        let rows = [["1".to_owned(), "long name".to_owned(), "x".to_owned()]];
        assert_eq!(
            table(["ID", "NAME", "STATE"], rows.into_iter()),
            "ID  NAME       STATE\n1   long name  x"
        );
        assert_eq!(table(["ID", "NAME"], std::iter::empty()), "ID  NAME");
    }
}
