//! Files of payments in XML: `pain.001.001.08` read into orders, `pain.002.001.10` written as the report on them.
//!
//! Owns the elements of both messages, as far as a bank looks at them. An order read from XML has the members of one in
//! JSON, so that the same rules judge it.

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

use super::json::{Json, object};
use super::status::Place;
use super::version::Era;
use bank_fixtures::record::{PaymentShade, PaymentStatus};

/// What a report says about one payment.
pub(super) struct Reported {
    pub instruction: String,
    pub end_to_end: String,
    pub status: &'static str,
    pub reason: Option<String>,
}

/// What a credit transfer of a file says.
#[derive(Debug, Default)]
struct Transfer {
    instruction: Option<String>,
    end_to_end: Option<String>,
    amount: Option<String>,
    currency: Option<String>,
    creditor: Option<String>,
    iban: Option<String>,
    other: Option<String>,
    text: Option<String>,
}

/// The orders of a file, in the members of this version.
///
/// # Errors
/// The text is not XML, or not a credit transfer initiation.
pub(super) fn orders(text: &str, era: Era) -> Result<Vec<Json>, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let (mut path, mut orders): (Vec<String>, Vec<Json>) = (Vec::new(), Vec::new());
    let (mut transfer, mut initiation) = (Transfer::default(), false);
    loop {
        match reader.read_event().map_err(|error| format!("the file is not XML: {error}"))? {
            Event::Start(tag) => {
                let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
                initiation |= name == "CstmrCdtTrfInitn";
                if name == "InstdAmt" {
                    let currency = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == b"Ccy");
                    transfer.currency = currency.map(|ccy| String::from_utf8_lossy(&ccy.value).into_owned());
                }
                path.push(name);
                if path.len() > DEEPEST {
                    return Err(format!("the file nests deeper than {DEEPEST} elements"));
                }
            }
            Event::End(_) if path.pop().as_deref() == Some("CdtTrfTxInf") => {
                orders.push(std::mem::take(&mut transfer).order(era));
            }
            Event::Text(part) => {
                let text = part.decode().map_err(|error| format!("the file is not XML: {error}"))?;
                transfer.note(&path, &text);
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| format!("the file is not XML: {error}"))?;
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character),
                    _ => predefined(&name),
                };
                let character =
                    character.ok_or_else(|| format!("the file names an entity `{name}` it does not have"))?;
                transfer.note(&path, character.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err("a file of payments has no document type".to_owned()),
            Event::Eof if !path.is_empty() => return Err("the file ends in the middle of an element".to_owned()),
            Event::Eof if !initiation => return Err("the file is no CstmrCdtTrfInitn (pain.001.001.08)".to_owned()),
            Event::Eof => return Ok(orders),
            _ => {}
        }
    }
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

impl Transfer {
    /// Keeps a text that stands somewhere in a credit transfer.
    fn note(&mut self, path: &[String], text: &str) {
        let Some(start) = path.iter().position(|name| name == "CdtTrfTxInf") else { return };
        let names: Vec<&str> = path[start + 1..].iter().map(String::as_str).collect();
        let place = match names[..] {
            ["PmtId", "InstrId"] => &mut self.instruction,
            ["PmtId", "EndToEndId"] => &mut self.end_to_end,
            ["Amt", "InstdAmt"] => &mut self.amount,
            ["Cdtr", "Nm"] => &mut self.creditor,
            ["CdtrAcct", "Id", "IBAN"] => &mut self.iban,
            ["CdtrAcct", "Id", "Othr", "Id"] => &mut self.other,
            ["RmtInf", "Ustrd"] | ["RmtInf", "Strd", "CdtrRefInf", "Ref"] => &mut self.text,
            _ => return,
        };
        place.get_or_insert_default().push_str(text);
    }

    fn order(self, era: Era) -> Json {
        let scheme = if self.iban.is_some() { "UK.OBIE.IBAN" } else { "UK.OBIE.SortCodeAccountNumber" };
        let account = object! {
            "SchemeName": scheme,
            "Identification": self.iban.or(self.other),
            "Name": self.creditor,
        };
        let remittance = self.text.map(|text| match era {
            Era::Three => object! { "Unstructured": text },
            Era::Four => object! { "Unstructured": vec![text] },
        });
        // Without an id of its own a payment is known by the one that goes all the way.
        let instruction = self.instruction.or_else(|| self.end_to_end.clone());
        object! {
            "InstructionIdentification": instruction,
            "EndToEndIdentification": self.end_to_end,
            "InstructedAmount": object! { "Amount": self.amount, "Currency": self.currency },
            "CreditorAccount": account,
            "RemittanceInformation": remittance,
        }
    }
}

/// The report on a file: `CstmrPmtStsRpt`.
pub(super) fn report(id: &str, created: &str, rows: &[Reported]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>");
    text.push_str(&format!("<GrpHdr><MsgId>{}</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>", escape(id)));
    text.push_str(&format!(
        "<OrgnlGrpInfAndSts><OrgnlMsgId>{}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.08</OrgnlMsgNmId>",
        escape(id)
    ));
    text.push_str(&format!("<OrgnlNbOfTxs>{}</OrgnlNbOfTxs></OrgnlGrpInfAndSts>", rows.len()));
    text.push_str(&format!("<OrgnlPmtInfAndSts><OrgnlPmtInfId>{}</OrgnlPmtInfId>", escape(id)));
    for row in rows {
        text.push_str(&format!(
            "<TxInfAndSts><OrgnlInstrId>{}</OrgnlInstrId><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{}</TxSts>",
            escape(&row.instruction),
            escape(&row.end_to_end),
            row.status
        ));
        if let Some(reason) = &row.reason {
            let short: String = reason.chars().take(105).collect();
            text.push_str(&format!("<StsRsnInf><AddtlInf>{}</AddtlInf></StsRsnInf>", escape(&short)));
        }
        text.push_str("</TxInfAndSts>");
    }
    text.push_str("</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>\n");
    text
}

/// The code of ISO 20022 for where a payment stands.
pub(super) fn status(place: &Place) -> &'static str {
    use PaymentStatus as S;
    match (place.status, place.shade) {
        (S::Created | S::Scheduled | S::Unknown, _) => "RCVD",
        (S::AwaitingAuthorisation | S::PartiallyAuthorised, _) => "PATC",
        (S::AcceptedChecks, Some(PaymentShade::FormChecked)) => "ACTC",
        (S::AcceptedChecks, Some(PaymentShade::ProfileChecked)) => "ACCP",
        (S::AcceptedChecks, Some(PaymentShade::Changed)) => "ACWC",
        (S::AcceptedChecks, _) => "ACFC",
        (S::PendingReview, _) => "PDNG",
        (S::InClearing, Some(PaymentShade::NotPosted)) => "ACWP",
        (S::InClearing, Some(PaymentShade::Blocked)) => "BLCK",
        (S::InClearing, _) => "ACSP",
        (S::Debited, _) => "ACSC",
        (S::Credited, _) => "ACCC",
        (S::Rejected | S::Cancelled | S::Returned, _) => "RJCT",
    }
}

const DEEPEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<Document xmlns=\"urn:x\"><CstmrCdtTrfInitn><PmtInf>";
    const TAIL: &str = "</PmtInf></CstmrCdtTrfInitn></Document>";

    fn read(inside: &str) -> Result<Vec<Json>, String> {
        orders(&format!("{HEAD}{inside}{TAIL}"), Era::Three)
    }

    #[test]
    fn a_credit_transfer_is_read_as_an_order() {
        let found = read(
            "<CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"GBP\">12.30</InstdAmt></Amt>\
             <Cdtr><Nm>Marks &amp; Sons</Nm></Cdtr><CdtrAcct><Id><Othr><Id>20000155555555</Id></Othr></Id></CdtrAcct>\
             <RmtInf><Ustrd>INV 1</Ustrd></RmtInf></CdtTrfTxInf>",
        );
        let found = found.unwrap();
        assert_eq!(
            String::from_utf8(found[0].written()).unwrap(),
            r#"{"InstructionIdentification":"E1","EndToEndIdentification":"E1","InstructedAmount":{"Amount":"12.30","Currency":"GBP"},"CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"20000155555555","Name":"Marks & Sons"},"RemittanceInformation":{"Unstructured":"INV 1"}}"#
        );
    }

    #[test]
    fn what_is_no_such_file_is_refused_and_nothing_in_it_is_expanded() {
        assert_eq!(read("").unwrap().len(), 0);
        for wrong in ["", "<a>", "not xml", "<Document/>", "<CstmrCdtTrfInitn></Document>"] {
            assert!(orders(wrong, Era::Four).is_err(), "{wrong}");
        }
        let bomb = "<!DOCTYPE d [<!ENTITY a \"b\">]><CstmrCdtTrfInitn></CstmrCdtTrfInitn>";
        assert!(orders(bomb, Era::Four).unwrap_err().contains("document type"));
        let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
        assert!(orders(&deep, Era::Four).unwrap_err().contains("deeper"));
        assert!(read("<CdtTrfTxInf><Cdtr><Nm>&xxe;</Nm></Cdtr></CdtTrfTxInf>").unwrap_err().contains("xxe"));
    }
}
