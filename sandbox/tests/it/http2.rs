//! Faults of connections over HTTP/2, frame by frame: what ends a stream leaves the connection alone, what ends the
//! connection says so.

use std::net::TcpStream;

use serde_json::{Value, json};

use crate::bench::Bench;
use crate::faults::{End, bench, only_entry};
use crate::frames::{Client, DATA, Frame, GOAWAY, HEADERS, RST_STREAM, data_bytes};
use crate::hangs::wait_for_open;

const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;
/// `:status: 200` as the only field that begins a good answer (RFC 7541 appendix A, entry 8).
const STATUS_200: u8 = 0x88;

struct Run {
    bench: Bench,
    client: Client<TcpStream>,
    token: String,
}

/// A connection to a bank that does this to the list of accounts, and nothing to other calls.
fn run(effect: &str) -> Run {
    let bench = bench(&format!("  - {{name: r, match: {{op: accounts.list}}, do: {effect}}}\n"));
    let token = bench.token("default");
    let client = Client::new(bench.connect());
    Run { bench, client, token }
}

impl Run {
    fn accounts(&mut self, stream: u32) -> (Vec<Frame>, Option<End>) {
        self.client.get(stream, "http", "/plain/accounts", &self.token);
        self.client.answer(stream)
    }

    /// Another call on the same connection is answered.
    fn goes_on(&mut self, stream: u32) {
        self.client.get(stream, "http", "/plain/accounts/none", &self.token);
        let (frames, end) = self.client.answer(stream);
        assert_eq!(end, None);
        assert!(frames.last().unwrap().ends_stream);
    }

    fn entry(&self) -> Value {
        only_entry(&self.bench)
    }
}

fn kinds(frames: &[Frame]) -> Vec<u8> {
    let mut kinds: Vec<u8> = frames.iter().map(|frame| frame.kind).collect();
    kinds.dedup();
    kinds
}

#[test]
fn nothing_ordered_is_a_whole_answer() {
    let mut run = run("{delay: 1ms}");
    let (frames, end) = run.accounts(1);
    assert_eq!((kinds(&frames), end), (vec![HEADERS, DATA], None));
    assert_eq!(frames[0].payload[0], STATUS_200);
    assert!(frames.last().unwrap().ends_stream);
    let entry = run.entry();
    assert_eq!((&entry["ending"], &entry["response"]["sent_bytes"]), (&json!("complete"), &json!(data_bytes(&frames))));
}

#[test]
fn a_stream_is_reset_with_the_code_ordered_and_the_connection_goes_on() {
    let mut run = run("{rst_stream: refused_stream}");
    let (frames, end) = run.accounts(1);
    assert_eq!((kinds(&frames), end), (vec![RST_STREAM], None));
    assert_eq!(frames[0].code(), REFUSED_STREAM);
    assert_eq!(run.entry()["ending"], "stream_reset");
    run.goes_on(3);
}

#[test]
fn a_truncated_body_is_its_share_and_a_reset_of_the_stream() {
    let mut run = run("{truncate: 50%}");
    let (frames, end) = run.accounts(1);
    assert_eq!((kinds(&frames), end), (vec![HEADERS, DATA, RST_STREAM], None));
    assert_eq!(frames.last().unwrap().code(), INTERNAL_ERROR);
    let entry = run.entry();
    let whole = entry["response"]["body_bytes"].as_u64().unwrap() as usize;
    assert_eq!(data_bytes(&frames), whole / 2);
    assert_eq!(
        (&entry["ending"], &entry["response"]["sent_bytes"]),
        (&json!("stream_reset"), &json!(data_bytes(&frames)))
    );
    run.goes_on(3);
}

#[test]
fn a_lie_about_the_length_ends_the_stream_all_the_same() {
    for off in ["+10", "-10"] {
        let mut run = run(&format!("{{content_length: {off}}}"));
        let (frames, end) = run.accounts(1);
        assert_eq!((kinds(&frames), end), (vec![HEADERS, DATA], None));
        let (response, sent) = (run.entry()["response"].clone(), data_bytes(&frames));
        assert_eq!(response["body_bytes"], sent);
        let promised = (sent as i64 + off.parse::<i64>().unwrap()).to_string();
        assert!(response["headers"].as_array().unwrap().contains(&json!(["content-length", promised])), "{response}");
        run.goes_on(3);
    }
}

#[test]
fn broken_chunks_are_a_reset_of_the_stream() {
    let mut run = run("{broken_chunk: {kind: bad-size, chunk: 64B, after: 2}}");
    let (frames, end) = run.accounts(1);
    assert_eq!((kinds(&frames), end), (vec![HEADERS, DATA, RST_STREAM], None));
    assert_eq!(data_bytes(&frames), 128);
    assert_eq!(run.entry()["ending"], "stream_reset");
}

#[test]
fn a_hang_that_is_over_resets_the_stream() {
    let mut run = run("{hang: 200ms}");
    let (frames, end) = run.accounts(1);
    assert_eq!((kinds(&frames), end), (vec![RST_STREAM], None));
    assert_eq!(run.entry()["ending"], "hung");
    run.goes_on(3);
}

#[test]
fn a_reset_takes_the_connection_with_it() {
    let mut run = run("{reset: before-headers}");
    assert_eq!(run.accounts(1), (vec![], Some(End::Reset)));
    assert_eq!(run.entry()["ending"], "reset");
}

#[test]
fn a_reset_inside_the_body_comes_after_its_share() {
    let mut run = run("{byte_limit: 100B}");
    let (frames, end) = run.accounts(1);
    assert_eq!((data_bytes(&frames), end), (100, Some(End::Reset)));
    assert_eq!(run.entry()["ending"], "reset");
}

#[test]
fn a_close_takes_the_connection_with_it() {
    for (effect, ending) in [("{close: before-headers}", "closed"), ("{half_close: 1s}", "half_closed")] {
        let mut run = run(effect);
        assert_eq!(run.accounts(1), (vec![], Some(End::Fin)));
        assert_eq!(run.entry()["ending"], ending);
    }
}

#[test]
fn garbage_is_no_frame_we_would_know() {
    let mut run = run("{garbage: 64B}");
    run.client.get(1, "http", "/plain/accounts", &run.token.clone());
    let mut rest = Vec::new();
    let (bytes, end) = crate::faults::to_the_end(&mut run.client.io);
    rest.extend(bytes);
    assert!(rest.len() >= 64 && rest[rest.len() - 64] >= 0x80);
    assert_eq!((end, &run.entry()["ending"]), (End::Fin, &json!("garbage")));
}

#[test]
fn a_goaway_with_a_code_says_that_the_call_was_not_processed() {
    let mut run = run("{goaway: enhance_your_calm}");
    run.goes_on(1);
    let (frames, end) = run.accounts(3);
    assert_eq!((kinds(&frames), end), (vec![GOAWAY], Some(End::Fin)));
    assert_eq!((frames[0].code(), frames[0].last_stream()), (ENHANCE_YOUR_CALM, 1));
    let entry = run.bench.journal("default").pop().unwrap();
    assert_eq!((&entry["ending"], &entry["committed"]), (&json!("goaway"), &json!(false)));
}

#[test]
fn a_goaway_after_the_bank_has_acted_does_not_say_so() {
    let mut run = run("{goaway: internal_error, stage: send}");
    let (frames, end) = run.accounts(1);
    assert_eq!((kinds(&frames), end), (vec![GOAWAY], Some(End::Fin)));
    assert_eq!((frames[0].code(), frames[0].last_stream()), (INTERNAL_ERROR, 1));
}

#[test]
fn a_graceful_goaway_answers_and_then_closes() {
    let mut run = run("{goaway: graceful}");
    let (frames, end) = run.accounts(1);
    assert_eq!(end, None);
    let goaway = frames.iter().find(|frame| frame.kind == GOAWAY);
    assert!(frames.iter().any(|frame| frame.kind == HEADERS && frame.payload[0] == STATUS_200));
    let mut seen: Vec<u32> = goaway.iter().map(|frame| frame.code()).collect();
    let end = loop {
        match run.client.next() {
            Ok(frame) if frame.kind == GOAWAY => seen.push(frame.code()),
            Ok(_) => {}
            Err(end) => break end,
        }
    };
    assert!(!seen.is_empty() && seen.iter().all(|code| *code == 0), "{seen:?}");
    assert_eq!((end, &run.entry()["ending"]), (End::Fin, &json!("complete")));
}

#[test]
fn an_idle_connection_is_closed() {
    let mut run = run("{close_idle: 200ms}");
    let (frames, end) = run.accounts(1);
    assert_eq!((kinds(&frames), end), (vec![HEADERS, DATA], None));
    assert_eq!(run.client.next(), Err(End::Fin));
    assert_eq!(run.entry()["ending"], "complete");
}

#[test]
fn a_drip_is_many_frames() {
    let mut run = run("{drip: {chunk: 256B, every: 5ms}}");
    let (frames, end) = run.accounts(1);
    assert_eq!(end, None);
    let sizes: Vec<usize> = frames.iter().filter(|frame| frame.kind == DATA).map(|frame| frame.payload.len()).collect();
    assert!(sizes.len() > 2 && sizes.iter().all(|size| *size <= 256), "{sizes:?}");
}

#[test]
fn a_client_that_resets_a_hanging_stream_is_gone_from_the_journal() {
    let mut run = run("{hang: forever}");
    run.client.get(1, "http", "/plain/accounts", &run.token.clone());
    wait_for_open(&run.bench, 1);
    run.client.send(RST_STREAM, 0, 1, &8u32.to_be_bytes());
    wait_for_open(&run.bench, 0);
    assert_eq!(run.entry()["ending"], "hung");
    run.goes_on(3);
}
