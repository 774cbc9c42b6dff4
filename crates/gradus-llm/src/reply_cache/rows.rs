//! The rows of the cache: how a reply and an endpoint are written, found again and proved whole, and what is counted.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// A reply as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The words of the reply.
    pub text: String,
    /// Whether it was cut off because it grew too long.
    pub is_cut: bool,
    /// Whether the model refused to answer.
    pub is_refusal: bool,
    /// How long the request was. Kept up to `i64::MAX`, like all numbers here.
    pub prompt_tokens: u64,
    /// How long the reply was.
    pub completion_tokens: u64,
}

/// What a cache holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many replies.
    pub replies: u64,
    /// How long the file is, with what is still in its log.
    pub bytes: u64,
    /// What the requests took, each counted up to 10^12.
    pub prompt_tokens: u64,
    /// What the replies took, each counted up to 10^12.
    pub completion_tokens: u64,
    /// Each model with the number of its replies, by name.
    pub models: Vec<(String, u64)>,
    /// When the first of the replies was made, in Unix seconds.
    pub oldest: Option<u64>,
    /// When the last of the replies was made, in Unix seconds.
    pub newest: Option<u64>,
    /// Of how many endpoints something is known.
    pub endpoints: u64,
}

/// A row as it was found, which may be anything.
pub(super) struct Found<T> {
    /// `None` where it is not what was put.
    pub(super) whole: Option<T>,
    /// By which it is told from one that was put since.
    pub(super) checksum: Vec<u8>,
}

/// The raw columns of a reply.
pub(super) struct Raw {
    numbers: [i64; 4],
    model: Vec<u8>,
    checksum: Vec<u8>,
    text: Vec<u8>,
}

impl Raw {
    /// Checks it; apart from reading it, so that nobody has to wait meanwhile.
    pub(super) fn checked(self, key: &[u8; 32]) -> Found<Stored> {
        let is_whole = checksum_of_reply(key, self.numbers, &self.model, &self.text)[..] == self.checksum[..];
        let [_, flags, prompt_tokens, completion_tokens] = self.numbers;
        let whole = String::from_utf8(self.text).ok().filter(|_| is_whole).map(|text| Stored {
            text,
            is_cut: flags & 1 != 0,
            is_refusal: flags & 2 != 0,
            prompt_tokens: prompt_tokens.unsigned_abs(),
            completion_tokens: completion_tokens.unsigned_abs(),
        });
        Found { whole, checksum: self.checksum }
    }
}

/// Keeps a reply in place of what was there.
pub(super) fn put(
    connection: &Connection,
    (key, model, now, reply): (&[u8; 32], &str, u64, &Stored),
    checksum: &[u8; 32],
) -> rusqlite::Result<()> {
    let [made, flags, prompt_tokens, completion_tokens] = numbers(now, reply);
    let text = reply.text.as_bytes();
    connection.prepare("INSERT OR REPLACE INTO reply VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
        &key[..],
        made,
        flags,
        prompt_tokens,
        completion_tokens,
        model,
        &checksum[..],
        text
    ])?;
    Ok(())
}

/// What proves a reply whole.
pub(super) fn checksum(key: &[u8; 32], model: &str, now: u64, reply: &Stored) -> [u8; 32] {
    checksum_of_reply(key, numbers(now, reply), model.as_bytes(), reply.text.as_bytes())
}

/// Finds the reply of a key.
pub(super) fn find(connection: &Connection, key: &[u8; 32]) -> rusqlite::Result<Option<Raw>> {
    connection
        .prepare(
            "SELECT made, flags, prompt_tokens, completion_tokens, model, checksum, text FROM reply WHERE key = ?",
        )?
        .query_row([&key[..]], |row| {
            Ok(Raw {
                numbers: [number(row, 0)?, number(row, 1)?, number(row, 2)?, number(row, 3)?],
                model: bytes(row, 4)?,
                checksum: bytes(row, 5)?,
                text: bytes(row, 6)?,
            })
        })
        .optional()
}

/// Forgets a reply that is not whole, unless another was put there since.
pub(super) fn forget(connection: &Connection, key: &[u8; 32], checksum: &[u8]) -> rusqlite::Result<()> {
    let statement = "DELETE FROM reply WHERE key = ? AND CAST(checksum AS BLOB) = ?";
    connection.prepare(statement)?.execute(params![&key[..], checksum])?;
    Ok(())
}

/// Keeps what is known of an endpoint.
pub(super) fn put_endpoint(connection: &Connection, name: &str, known: &str) -> rusqlite::Result<()> {
    let checksum = checksum_of(&[name.as_bytes(), known.as_bytes()]);
    let statement = "INSERT OR REPLACE INTO endpoint VALUES (?, ?, ?)";
    connection.prepare(statement)?.execute(params![name, &checksum[..], known])?;
    Ok(())
}

/// Finds what is known of an endpoint.
pub(super) fn find_endpoint(connection: &Connection, name: &str) -> rusqlite::Result<Option<Found<String>>> {
    let read = |row: &Row<'_>| {
        let (checksum, known) = (bytes(row, 0)?, bytes(row, 1)?);
        let is_whole = checksum_of(&[name.as_bytes(), &known])[..] == checksum[..];
        Ok(Found { whole: String::from_utf8(known).ok().filter(|_| is_whole), checksum })
    };
    let statement = "SELECT checksum, known FROM endpoint WHERE name = ?";
    connection.prepare(statement)?.query_row([name], read).optional()
}

/// Forgets an endpoint whose row is not whole, unless another was put there since.
pub(super) fn forget_endpoint(connection: &Connection, name: &str, checksum: &[u8]) -> rusqlite::Result<()> {
    let statement = "DELETE FROM endpoint WHERE name = ? AND CAST(checksum AS BLOB) = ?";
    connection.prepare(statement)?.execute(params![name, checksum])?;
    Ok(())
}

/// Counts everything but bytes.
pub(super) fn stats(connection: &Connection) -> rusqlite::Result<Stats> {
    let mut stats = Stats::default();
    let mut statement = connection.prepare(
        "SELECT model, count(*), sum(min(prompt_tokens, 1000000000000)), sum(min(completion_tokens, 1000000000000)),
                min(made), max(made)
         FROM reply GROUP BY model ORDER BY model",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let count = |column| Ok::<_, rusqlite::Error>(number(row, column)?.unsigned_abs());
        let (replies, first, last) = (count(1)?, count(4)?, count(5)?);
        stats.replies += replies;
        stats.prompt_tokens = stats.prompt_tokens.saturating_add(count(2)?);
        stats.completion_tokens = stats.completion_tokens.saturating_add(count(3)?);
        stats.models.push((String::from_utf8_lossy(&bytes(row, 0)?).into_owned(), replies));
        stats.oldest = Some(stats.oldest.map_or(first, |oldest| oldest.min(first)));
        stats.newest = stats.newest.max(Some(last));
    }
    stats.endpoints = connection.query_row("SELECT count(*) FROM endpoint", [], |row| number(row, 0))?.unsigned_abs();
    Ok(stats)
}

/// Forgets all, gives the space back, and says how many replies there were.
pub(super) fn clear(connection: &Connection) -> rusqlite::Result<u64> {
    let transaction = connection.unchecked_transaction()?;
    // The deletion comes first, so that the transaction writes from its beginning and never has to become a writer.
    transaction.execute("DELETE FROM endpoint", [])?;
    let replies = transaction.execute("DELETE FROM reply", [])?;
    transaction.commit()?;
    connection.execute_batch("VACUUM")?;
    // Somebody who reads may hold the log back; it is cut with their last checkpoint then.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(replies as u64)
}

fn numbers(now: u64, reply: &Stored) -> [i64; 4] {
    let kept = |number| i64::try_from(number).unwrap_or(i64::MAX);
    let flags = i64::from(reply.is_cut) | i64::from(reply.is_refusal) << 1;
    [kept(now), flags, kept(reply.prompt_tokens), kept(reply.completion_tokens)]
}

fn checksum_of_reply(key: &[u8; 32], numbers: [i64; 4], model: &[u8], text: &[u8]) -> [u8; 32] {
    let [made, flags, prompt_tokens, completion_tokens] = numbers.map(i64::to_le_bytes);
    checksum_of(&[key, &made, &flags, &prompt_tokens, &completion_tokens, model, text])
}

fn checksum_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    hasher.finalize().into()
}

/// What stands in a column; 0 where that is no number, which the checksum will tell.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    Ok(row.get_ref(column)?.as_i64().unwrap_or(0))
}

/// What stands in a column; nothing where that is a number, which the checksum will tell.
fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
        _ => Vec::new(),
    })
}
