//! Query parameters of control calls, held against the table of calls: every mistake at once, with what is legal.
//!
//! What a value means beyond its type is the handler's business.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bank_fixtures::document::suggest;

use super::calls::Parameter;
use super::problem::Failure;

/// Lets a call through whose query has nothing in it that the call does not take.
pub(super) async fn held(known: &'static [Parameter], request: Request, next: Next) -> Result<Response, Failure> {
    let wrong = mistakes(known, request.uri().query().unwrap_or_default());
    if wrong.is_empty() {
        return Ok(next.run(request).await);
    }
    let legal = match known {
        [] => "this call takes no query".to_owned(),
        known => format!("legal here: {}", names(known).collect::<Vec<_>>().join(", ")),
    };
    Err(Failure::bad_request(format!("the query is not what this call takes: {}; {legal}", wrong.join("; "))))
}

fn names(known: &'static [Parameter]) -> impl Iterator<Item = &'static str> + Clone {
    known.iter().map(|parameter| parameter.name)
}

fn mistakes(known: &'static [Parameter], query: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let Some(parameter) = known.iter().find(|parameter| *parameter.name == *name) else {
            let meant = suggest(&name, names(known)).map(|near| format!(", did you mean `{near}`?"));
            wrong.push(format!("`{name}` is no parameter of it{}", meant.unwrap_or_default()));
            continue;
        };
        if seen.iter().any(|seen| *seen == name) {
            wrong.push(format!("`{name}` stands there twice"));
        }
        let fits = match parameter.kind {
            "integer" => value.parse::<u64>().is_ok(),
            "boolean" => matches!(&*value, "true" | "false"),
            _ => true,
        };
        if !fits {
            let legal = if parameter.kind == "integer" { "a whole number from 0" } else { "true or false" };
            wrong.push(format!("`{name}={value}`: legal is {legal}"));
        }
        seen.push(name.into_owned());
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Parameter] = &[
        Parameter { name: "since", kind: "integer", about: "" },
        Parameter { name: "committed", kind: "boolean", about: "" },
        Parameter { name: "bank", kind: "string", about: "" },
    ];

    #[test]
    fn every_mistake_is_told_at_once() {
        assert_eq!(mistakes(KNOWN, "since=3&committed=true&bank=plain%20bank"), Vec::<String>::new());
        let wrong = mistakes(KNOWN, "sinec=1&since=-1&committed=yes&bank=a&bank=b&zzz");
        assert_eq!(
            wrong,
            [
                "`sinec` is no parameter of it, did you mean `since`?",
                "`since=-1`: legal is a whole number from 0",
                "`committed=yes`: legal is true or false",
                "`bank` stands there twice",
                "`zzz` is no parameter of it",
            ]
        );
        assert_eq!(mistakes(&[], "x=1"), ["`x` is no parameter of it"]);
    }
}
