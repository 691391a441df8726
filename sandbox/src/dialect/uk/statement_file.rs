//! A statement as a file: the text an account holder would print, plain or as PDF.
//!
//! Owns the layout of the lines and the little of PDF that a page of text needs (ISO 32000-1: pages, one built-in font, a
//! cross-reference table). What is on a statement `statement` says.

use axum::http::StatusCode;
use bank_fixtures::record::Account;
use bank_fixtures::servicing::PeriodStatement;

use super::visit::Visit;
use crate::exchange::Reply;

/// What it can be read as; the first is what a client gets that does not mind.
pub(super) const MEDIA: &[&str] = &[PDF, TEXT];
const PDF: &str = "application/pdf";
const TEXT: &str = "text/plain";

/// The file of a statement, in the form the client accepts.
pub(super) fn reply(visit: &Visit<'_>, account: &Account, statement: &PeriodStatement) -> Reply {
    let lines = lines(visit, account, statement);
    let wants_text = visit.call.header("accept").is_some_and(|accept| {
        let place = |kind: &str| accept.find(kind).unwrap_or(usize::MAX);
        place(TEXT).min(place("text/*")) < place(PDF).min(place("application/*")).min(place("*/*"))
    });
    if wants_text {
        return Reply::new(StatusCode::OK, "text/plain; charset=utf-8", lines.join("\n") + "\n");
    }
    Reply::new(StatusCode::OK, PDF, pdf(&lines))
}

fn lines(visit: &Visit<'_>, account: &Account, statement: &PeriodStatement) -> Vec<String> {
    let row = |what: &str, amount: String| format!("{what:<40}{amount:>24}");
    let mut lines = vec![
        visit.bank.profile.name.clone(),
        String::new(),
        format!("Statement {:04}", statement.number),
        format!("{} to {}", statement.from, statement.to),
        String::new(),
        format!("Account  {}", account.id),
    ];
    lines.extend(account.owners.iter().map(|owner| format!("Holder   {owner}")));
    lines.push(String::new());
    lines.push(row("Opening balance", statement.opening.to_string()));
    lines.push(row("Paid in", statement.credited.to_string()));
    lines.push(row("Paid out", statement.debited.to_string()));
    for fee in &statement.fees {
        lines.push(row("  of which fees", fee.amount.to_string()));
    }
    for interest in &statement.interest {
        lines.push(row("  of which interest", interest.amount.to_string()));
    }
    lines.push(row("Closing balance", statement.closing.to_string()));
    if let Some(due) = &statement.due {
        lines.push(String::new());
        lines.push(row(&format!("Minimum payment due by {}", due.on), due.minimum.to_string()));
    }
    lines
}

/// Lines of text on one page of A4.
const LINES_ON_PAGE: usize = 50;

/// A document with these lines in a fixed-width font.
fn pdf(lines: &[String]) -> Vec<u8> {
    let pages: Vec<&[String]> = lines.chunks(LINES_ON_PAGE).collect();
    // Objects 1 to 3 are the catalogue, the pages and the font; each page is two more.
    let kids: Vec<String> = (0..pages.len()).map(|index| format!("{} 0 R", 4 + 2 * index)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (index, page) in pages.iter().enumerate() {
        let shown: String = page.iter().map(|line| format!("({}) Tj T*\n", escaped(line))).collect();
        let content = format!("BT /F1 10 Tf 14 TL 50 790 Td\n{shown}ET");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * index
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    places.iter().for_each(|place| file.push_str(&format!("{place:010} 00000 n \n")));
    file.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    file.into_bytes()
}

/// Text between the brackets of a string; what the font's encoding lacks is a question mark.
fn escaped(line: &str) -> String {
    let mut text = String::new();
    for character in line.chars() {
        match character {
            '(' | ')' | '\\' => text.extend(['\\', character]),
            ' '..='~' => text.push(character),
            // The upper half of Latin-1 is the encoding's own, by its number.
            '\u{a0}'..='\u{ff}' => text.push_str(&format!("\\{:03o}", u32::from(character))),
            _ => text.push('?'),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_a_document_points_at_its_objects() {
        let lines: Vec<String> = (0..120).map(|number| format!("line {number} (é) €")).collect();
        let file = String::from_utf8(pdf(&lines)).unwrap();
        assert!(file.starts_with("%PDF-1.4\n") && file.ends_with("%%EOF\n"));
        let table = file.rsplit_once("startxref\n").and_then(|(_, rest)| rest.lines().next()?.parse().ok()).unwrap();
        let entries: Vec<&str> = file[table..].lines().skip(3).take_while(|line| line.ends_with("n ")).collect();
        assert_eq!(entries.len(), 3 + 2 * 3, "three pages");
        for (index, entry) in entries.iter().enumerate() {
            let place: usize = entry[..10].parse().unwrap();
            assert!(file[place..].starts_with(&format!("{} 0 obj\n", index + 1)), "{entry}");
        }
        assert!(file.contains("(line 0 \\(\\351\\) ?) Tj"));
    }
}
