//! An LLM endpoint for benchmarks: it always takes the same time and costs next to nothing itself.
//!
//! Each request gets, after a pause, a verdict object for the criteria and the token of its prompt: full credit for two
//! of them, with quotes out of the answer, and none for the others. A thread a connection; all end with the process.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// Says where it is, then answers each request when this time has passed since its last byte came.
pub(crate) fn serve_for_ever(pause: Duration) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    println!("http://{}/v1", listener.local_addr().expect("the port's number"));
    for stream in listener.incoming().filter_map(Result::ok) {
        // Its error is that the client has gone.
        thread::spawn(move || serve(stream, pause));
    }
}

fn serve(stream: TcpStream, pause: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::with_capacity(1 << 16, stream);
    let (mut head, mut body) = (Vec::new(), Vec::new());
    loop {
        read(&mut stream, &mut head, &mut body)?;
        thread::sleep(pause);
        let (status, reply) = if head.starts_with(b"POST ") { (200, reply(&body)) } else { (404, json!({})) };
        let (reply, json) = (reply.to_string(), "content-type: application/json");
        let response = format!("HTTP/1.1 {status} Bench\r\n{json}\r\ncontent-length: {}\r\n\r\n{reply}", reply.len());
        stream.get_mut().write_all(response.as_bytes())?;
    }
}

/// The next request, into buffers that are used again.
fn read(stream: &mut BufReader<TcpStream>, head: &mut Vec<u8>, body: &mut Vec<u8>) -> io::Result<()> {
    head.clear();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', head)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    let fields = String::from_utf8_lossy(head);
    let mut fields = fields.lines().filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    body.resize(length.and_then(|(_, length)| length.trim().parse().ok()).unwrap_or(0), 0);
    stream.read_exact(body)
}

fn reply(body: &[u8]) -> Value {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let messages: Vec<&Value> = body["messages"].as_array().into_iter().flatten().collect();
    let texts = messages.iter().filter_map(|message| message["content"].as_str());
    let token = texts.clone().find_map(|text| text.split_once("token: ")).map_or("", |(_, rest)| rest);
    let token = token.split(|character: char| !character.is_alphanumeric()).next();
    let described = |text: &'_ str| -> Vec<String> {
        let ids = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once(']')).map(|(id, _)| id);
        let is_id = |id: &&str| id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        ids.filter(is_id).map(str::to_owned).collect()
    };
    let criteria = texts.clone().next().map(described).unwrap_or_default();
    let answer =
        texts.clone().next_back().and_then(|text| text.split_once("\n<<<answer ")).map_or("", |(_, rest)| rest);
    let words: Vec<&str> = answer.split_whitespace().skip(1).take(30).collect();
    let quote = |place: usize| words.get(place * 10..place * 10 + 10).unwrap_or_default().join(" ");
    let verdict = |(place, id): (usize, &String)| match place {
        0 | 1 => json!({"criterion": id, "credit": "full", "quote": quote(place), "why": "it is said"}),
        _ => json!({"criterion": id, "credit": "none", "quote": "", "why": "it is not said"}),
    };
    let verdicts =
        json!({"for": token, "verdicts": criteria.iter().enumerate().map(verdict).collect::<Vec<_>>()}).to_string();
    let choice = json!({"index": 0, "message": {"role": "assistant", "content": verdicts}, "finish_reason": "stop"});
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120});
    json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "test-model",
        "choices": [choice], "usage": usage})
}
