//! Lists that are not the bank's list: rows twice, rows missing, rows in another order, pages that overlap.
//!
//! A proxy knows no dialect, so rows are the longest list of objects near the top of the body, and the next page is where
//! the page's own link leads.

use bank_fixtures::document::Value as Node;
use bank_fixtures::seed::Seed;
use bytes::Bytes;

use super::json_text::{JsonText, Rows};
use super::next_link;
use super::prelude::*;
use crate::exchange::Reply;
use crate::fault::rewrite::Scene;

/// The row of the catalogue.
pub(super) const FAULT: Fault = Fault {
    slug: "data",
    layer: Layer::Paging,
    stages: &[Stage::Send],
    about: "the rows of a list come twice, not at all, in another order or under other ids, and pages overlap or leave gaps; an answer without rows is left alone",
    legal: LEGAL,
    example: "data: {page_overlap: 2}",
    compile,
};

const LEGAL: &str = "{page_overlap: 2} (a page ends with the first rows of the next one), {page_gap: 2} (its last rows are on no page), {page_size: double} (it holds the next page too), {page: empty} (it has no rows, and its link), {duplicate: 1}, {drop: 1}, {order: reversed or shuffled}, {ids: changing, absent or shared}";

/// One change of the rows of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    /// So many rows of the next page follow.
    Overlap(usize),
    /// So many rows before the next page are missing.
    Gap(usize),
    /// All rows of the next page follow, and the link leads to the page after it.
    Double,
    /// So many rows come twice.
    Duplicate(usize),
    /// So many rows are missing.
    Drop(usize),
    /// No row.
    Empty,
    /// Last row first.
    Reversed,
    /// Another order in every answer.
    Shuffled,
    /// Each row has another id in every answer.
    IdsChanging,
    /// No row has an id.
    IdsAbsent,
    /// All rows have the id of the first.
    IdsShared,
}

/// Changes of the rows of one answer.
#[derive(Debug, Clone)]
pub struct Data {
    edits: Arc<[Edit]>,
    chance: Seed,
    n: u64,
}

/// Members that identify a row, in the order they are looked for.
const IDS: &[&str] =
    &["id", "transactionId", "TransactionId", "transaction_id", "accountId", "AccountId", "account_id", "resourceId"];

/// What a file can say of rows.
#[cfg(test)]
pub(super) const WORDS: &[&str] = &[
    "page_overlap",
    "page_gap",
    "page_size: double",
    "page: empty",
    "duplicate",
    "drop",
    "order: reversed",
    "order: shuffled",
    "ids: changing",
    "ids: absent",
    "ids: shared",
];

#[derive(Debug)]
struct Edits(Arc<[Edit]>);

fn compile(value: Node<'_>) -> Option<Arc<dyn Effect>> {
    let keys = ["page_overlap", "page_gap", "page_size", "page", "duplicate", "drop", "order", "ids"];
    let map = value.map(&keys)?;
    let count = |key| map.optional(key).map(|value| value.integer(1..=1000usize));
    let word = |key, table: &[(&str, Edit)]| map.optional(key).map(|value| value.one_of(table));
    let edits = [
        count("page_overlap").map(|count| count.map(Edit::Overlap)),
        count("page_gap").map(|count| count.map(Edit::Gap)),
        word("page_size", &[("double", Edit::Double)]),
        count("duplicate").map(|count| count.map(Edit::Duplicate)),
        count("drop").map(|count| count.map(Edit::Drop)),
        word("page", &[("empty", Edit::Empty)]),
        word("order", &[("reversed", Edit::Reversed), ("shuffled", Edit::Shuffled)]),
        word("ids", &[("changing", Edit::IdsChanging), ("absent", Edit::IdsAbsent), ("shared", Edit::IdsShared)]),
    ];
    let edits: Arc<[Edit]> = edits.into_iter().flatten().collect::<Option<Vec<_>>>()?.into();
    if edits.is_empty() {
        value.refuse("nothing happens to the rows", LEGAL);
        return None;
    }
    Some(Arc::new(Edits(edits)))
}

impl Effect for Edits {
    fn apply(&self, moment: &Moment<'_>, plan: &mut Plan) {
        let data = Data { edits: Arc::clone(&self.0), chance: moment.chance.of("data"), n: moment.n };
        plan.rewrites.push(Rewrite::Data(data));
    }

    fn hides(&self) -> Vec<Hidden> {
        let hidden = self.0.iter().filter_map(|edit| match edit {
            Edit::Gap(_) | Edit::Drop(_) | Edit::Empty => Some(Hidden::Rows),
            Edit::IdsChanging | Edit::IdsAbsent | Edit::IdsShared => Some(Hidden::Ids),
            Edit::Overlap(_) | Edit::Double | Edit::Duplicate(_) | Edit::Reversed | Edit::Shuffled => None,
        });
        hidden.collect()
    }
}

impl Data {
    pub(super) fn apply(&self, reply: &mut Reply, scene: &Scene<'_>) {
        if !reply.status.is_success() {
            return;
        }
        for edit in self.edits.iter() {
            self.edit(*edit, reply, scene);
        }
    }

    fn edit(&self, edit: Edit, reply: &mut Reply, scene: &Scene<'_>) {
        let next = next_link::honest(reply);
        let body = reply.body.clone();
        let Some(text) = JsonText::of(&body) else { return };
        let Some(found) = text.rows() else { return };
        let mut rows: Vec<String> = found.items.iter().map(|item| text.text()[item.clone()].to_owned()).collect();
        let count = rows.len();
        match edit {
            Edit::Overlap(more) => {
                let Some(next) = next.as_deref().and_then(|link| (scene.read)(link)) else { return };
                rows.extend(rows_of(&next).into_iter().take(more));
            }
            Edit::Gap(_) if next.is_none() => return,
            Edit::Gap(fewer) => rows.truncate(count.saturating_sub(fewer)),
            Edit::Double => {
                let Some(link) = next else { return };
                let Some(page) = (scene.read)(&link) else { return };
                rows.extend(rows_of(&page));
                reply.body = with_rows(text, &found, &rows);
                next_link::put(reply, &link, next_link::honest(&page).as_deref());
                return;
            }
            Edit::Duplicate(more) => {
                for place in self.places(count, more).into_iter().rev() {
                    rows.insert(place, rows[place].clone());
                }
            }
            Edit::Drop(fewer) => {
                for place in self.places(count, fewer).into_iter().rev() {
                    rows.remove(place);
                }
            }
            Edit::Empty => rows.clear(),
            Edit::Reversed => rows.reverse(),
            Edit::Shuffled => {
                let mut draws = self.chance.of("order").draws();
                for place in (1..count).rev() {
                    rows.swap(place, draws.below(place as u64 + 1) as usize);
                }
            }
            Edit::IdsChanging => {
                let n = self.n;
                rows.iter_mut().for_each(|row| change_id(row, |id| Some(format!("{}-{n}\"", &id[..id.len() - 1]))));
            }
            Edit::IdsAbsent => rows.iter_mut().for_each(|row| change_id(row, |_| None)),
            Edit::IdsShared => {
                let Some(first) = rows.first().and_then(|row| id_of(row)) else { return };
                rows.iter_mut().for_each(|row| change_id(row, |_| Some(first.clone())));
            }
        }
        reply.body = with_rows(text, &found, &rows);
    }

    /// So many different places in a list, in ascending order.
    fn places(&self, count: usize, wanted: usize) -> Vec<usize> {
        let mut draws = self.chance.of("places").draws();
        let mut places: Vec<usize> = (0..count).collect();
        while places.len() > wanted {
            places.remove(draws.below(places.len() as u64) as usize);
        }
        places
    }
}

fn rows_of(reply: &Reply) -> Vec<String> {
    let Some(text) = JsonText::of(&reply.body) else { return Vec::new() };
    let items = text.rows().map(|rows| rows.items).unwrap_or_default();
    items.into_iter().map(|item| text.text()[item].to_owned()).collect()
}

fn with_rows(text: JsonText<'_>, found: &Rows, rows: &[String]) -> Bytes {
    let (before, after) = (&text.text()[..found.inside.start], &text.text()[found.inside.end..]);
    Bytes::from([before, &rows.join(","), after].concat())
}

fn id_of(row: &str) -> Option<String> {
    let text = JsonText::of(row.as_bytes())?;
    let members = text.members(&text.root())?;
    let member = IDS.iter().find_map(|id| members.iter().find(|member| text.name(member) == *id))?;
    Some(row[member.value.clone()].to_owned())
}

/// Puts another id (JSON text, quotes included) into a row, or takes it out. A row without a textual id stays.
fn change_id(row: &mut String, new: impl Fn(&str) -> Option<String>) {
    let Some(text) = JsonText::of(row.as_bytes()) else { return };
    let Some(members) = text.members(&text.root()) else { return };
    let position = |id: &&str| members.iter().position(|member| text.name(member) == *id);
    let Some(at) = IDS.iter().find_map(position) else { return };
    let old = &row[members[at].value.clone()];
    if !old.starts_with('"') {
        return;
    }
    *row = match new(old) {
        Some(new) => [&row[..members[at].value.start], &new, &row[members[at].value.end..]].concat(),
        None => text.without(&text.root(), |name, _| IDS.contains(&name)).unwrap_or_else(|| row.clone()),
    };
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use proptest::prelude::*;

    use super::*;
    use crate::exchange::Request;

    const BASE: &str = "http://127.0.0.1:8080/plain";

    /// Page `page` (from 0) of three pages with three rows each.
    fn page(page: usize) -> Reply {
        let rows: Vec<String> =
            (0..3).map(|row| format!(r#"{{"z":1,"id":"r{}","amount":1.10}}"#, page * 3 + row)).collect();
        let next = if page < 2 { format!(r#","next":"{BASE}/list?page={}""#, page + 1) } else { String::new() };
        let body = format!(r#"{{"data":[{}],"links":{{"self":"x"{next}}}}}"#, rows.join(","));
        Reply::new(StatusCode::OK, "application/json", body)
    }

    fn changed(edit: Edit, number: usize) -> (String, Option<String>) {
        let request = Request::get("/list", &format!("page={number}"), BASE);
        let read =
            |link: &str| link.strip_prefix(&format!("{BASE}/list?page=")).map(|number| page(number.parse().unwrap()));
        let mut reply = page(number);
        let data = Data { edits: vec![edit].into(), chance: Seed::new(3), n: 7 };
        data.apply(&mut reply, &Scene { request: &request, read: &read, keys: &crate::fault::oauth::NoKeys });
        let ids: Vec<String> = rows_of(&reply)
            .iter()
            .map(|row| id_of(row).unwrap_or_else(|| "~".into()).trim_matches('"').to_owned())
            .collect();
        assert!(std::str::from_utf8(&reply.body).unwrap().contains("links"));
        assert!(rows_of(&reply).iter().all(|row| row.contains("1.10")), "digits stay as they were");
        let link = next_link::honest(&reply).map(|link| link.rsplit('=').next().unwrap().to_owned());
        (ids.join(" "), link)
    }

    #[test]
    fn each_change_of_a_list() {
        let list = |edit, page| changed(edit, page).0;
        assert_eq!(list(Edit::Overlap(2), 0), "r0 r1 r2 r3 r4");
        assert_eq!(list(Edit::Overlap(2), 2), "r6 r7 r8", "nothing follows the last page");
        assert_eq!(list(Edit::Gap(2), 0), "r0");
        assert_eq!(list(Edit::Gap(2), 2), "r6 r7 r8");
        assert_eq!(changed(Edit::Double, 0), ("r0 r1 r2 r3 r4 r5".into(), Some("2".into())));
        assert_eq!(changed(Edit::Double, 1), ("r3 r4 r5 r6 r7 r8".into(), None));
        assert_eq!(changed(Edit::Empty, 1), (String::new(), Some("2".into())));
        assert_eq!(list(Edit::Reversed, 0), "r2 r1 r0");
        assert_eq!(list(Edit::IdsChanging, 0), "r0-7 r1-7 r2-7");
        assert_eq!(list(Edit::IdsAbsent, 0), "~ ~ ~");
        assert_eq!(list(Edit::IdsShared, 1), "r3 r3 r3");
        assert_eq!(list(Edit::Duplicate(1), 0).split(' ').count(), 4);
        assert_eq!(list(Edit::Drop(1), 0).split(' ').count(), 2);
        assert_eq!(list(Edit::Shuffled, 0).split(' ').count(), 3);
    }

    proptest! {
        #[test]
        fn rows_are_only_repeated_or_moved(seed in any::<u64>(), more in 1usize..6) {
            let data = Data { edits: Arc::new([]), chance: Seed::new(seed), n: 1 };
            let places = data.places(5, more);
            prop_assert_eq!(places.len(), more.min(5));
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
