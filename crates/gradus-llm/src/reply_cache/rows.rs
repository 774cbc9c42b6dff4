//! The rows of the cache: writing, finding and verifying replies and endpoints, and statistics.

use gradus_core::model::FingerprintHasher;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// A cached reply. All numbers are stored up to `i64::MAX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReply {
    /// The text of the reply.
    pub text: String,
    /// Whether the reply was cut off at the token limit.
    pub is_cut: bool,
    /// Whether the model refused to answer.
    pub is_refusal: bool,
    /// Tokens of the request.
    pub prompt_tokens: u64,
    /// Tokens of the reply.
    pub completion_tokens: u64,
}

/// The contents of a cache in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Number of replies.
    pub replies: u64,
    /// Bytes of the file and its log.
    pub bytes: u64,
    /// Tokens of all requests, each counted up to 10^12.
    pub prompt_tokens: u64,
    /// Tokens of all replies, each counted up to 10^12.
    pub completion_tokens: u64,
    /// Each model with the number of its replies, by name.
    pub models: Vec<(String, u64)>,
    /// Time of the oldest reply, in Unix seconds.
    pub oldest: Option<u64>,
    /// Time of the newest reply, in Unix seconds.
    pub newest: Option<u64>,
    /// Number of endpoints with a stored text.
    pub endpoints: u64,
}

/// A row after its checksum was compared.
pub(super) struct VerifiedRow<T> {
    /// `None` if the checksum is wrong.
    pub(super) content: Option<T>,
    /// The stored checksum, which identifies this version of the row.
    pub(super) checksum: Vec<u8>,
}

/// The raw columns of a reply.
pub(super) struct RawReply {
    numbers: [i64; 4],
    model: Vec<u8>,
    checksum: Vec<u8>,
    text: Vec<u8>,
}

impl RawReply {
    /// Verifies the checksum. Separate from reading, so that the database is not locked meanwhile.
    pub(super) fn checked(self, key: &[u8; 32]) -> VerifiedRow<StoredReply> {
        let is_whole = checksum_of_reply(key, self.numbers, &self.model, &self.text)[..] == self.checksum[..];
        let [_, flags, prompt_tokens, completion_tokens] = self.numbers;
        let content = String::from_utf8(self.text).ok().filter(|_| is_whole).map(|text| StoredReply {
            text,
            is_cut: flags & 1 != 0,
            is_refusal: flags & 2 != 0,
            prompt_tokens: prompt_tokens.unsigned_abs(),
            completion_tokens: completion_tokens.unsigned_abs(),
        });
        VerifiedRow { content, checksum: self.checksum }
    }
}

/// Stores a reply, and replaces an earlier one.
pub(super) fn put(
    connection: &Connection,
    key: &[u8; 32],
    model: &str,
    now: u64,
    reply: &StoredReply,
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

/// The checksum of a reply.
pub(super) fn checksum(key: &[u8; 32], model: &str, now: u64, reply: &StoredReply) -> [u8; 32] {
    checksum_of_reply(key, numbers(now, reply), model.as_bytes(), reply.text.as_bytes())
}

/// Finds the reply of a key.
pub(super) fn find(connection: &Connection, key: &[u8; 32]) -> rusqlite::Result<Option<RawReply>> {
    connection
        .prepare(
            "SELECT made, flags, prompt_tokens, completion_tokens, model, checksum, text FROM reply WHERE key = ?",
        )?
        .query_row([&key[..]], |row| {
            Ok(RawReply {
                numbers: [number(row, 0)?, number(row, 1)?, number(row, 2)?, number(row, 3)?],
                model: bytes(row, 4)?,
                checksum: bytes(row, 5)?,
                text: bytes(row, 6)?,
            })
        })
        .optional()
}

/// Deletes a reply with a wrong checksum, unless it was replaced meanwhile.
pub(super) fn delete(connection: &Connection, key: &[u8; 32], checksum: &[u8]) -> rusqlite::Result<()> {
    let statement = "DELETE FROM reply WHERE key = ? AND CAST(checksum AS BLOB) = ?";
    connection.prepare(statement)?.execute(params![&key[..], checksum])?;
    Ok(())
}

/// Stores the text about an endpoint.
pub(super) fn put_endpoint(connection: &Connection, name: &str, known: &str) -> rusqlite::Result<()> {
    let checksum = checksum_of(&[name.as_bytes(), known.as_bytes()]);
    let statement = "INSERT OR REPLACE INTO endpoint VALUES (?, ?, ?)";
    connection.prepare(statement)?.execute(params![name, &checksum[..], known])?;
    Ok(())
}

/// Finds the text about an endpoint.
pub(super) fn find_endpoint(connection: &Connection, name: &str) -> rusqlite::Result<Option<VerifiedRow<String>>> {
    let read = |row: &Row<'_>| {
        let (checksum, known) = (bytes(row, 0)?, bytes(row, 1)?);
        let is_whole = checksum_of(&[name.as_bytes(), &known])[..] == checksum[..];
        Ok(VerifiedRow { content: String::from_utf8(known).ok().filter(|_| is_whole), checksum })
    };
    let statement = "SELECT checksum, known FROM endpoint WHERE name = ?";
    connection.prepare(statement)?.query_row([name], read).optional()
}

/// Deletes an endpoint with a wrong checksum, unless it was replaced meanwhile.
pub(super) fn delete_endpoint(connection: &Connection, name: &str, checksum: &[u8]) -> rusqlite::Result<()> {
    let statement = "DELETE FROM endpoint WHERE name = ? AND CAST(checksum AS BLOB) = ?";
    connection.prepare(statement)?.execute(params![name, checksum])?;
    Ok(())
}

/// Counts everything except bytes.
pub(super) fn stats(connection: &Connection) -> rusqlite::Result<CacheStats> {
    let mut stats = CacheStats::default();
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

/// Deletes all rows, shrinks the file, and returns the number of deleted replies.
pub(super) fn clear(connection: &Connection) -> rusqlite::Result<u64> {
    let transaction = connection.unchecked_transaction()?;
    // The first statement writes, because a transaction that starts by reading may fail to become a writer.
    transaction.execute("DELETE FROM endpoint", [])?;
    let replies = transaction.execute("DELETE FROM reply", [])?;
    transaction.commit()?;
    connection.execute_batch("VACUUM")?;
    // The result is ignored, because a reader may delay it; the log then shrinks at the reader's last checkpoint.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(replies as u64)
}

fn numbers(now: u64, reply: &StoredReply) -> [i64; 4] {
    let kept = |number| i64::try_from(number).unwrap_or(i64::MAX);
    let flags = i64::from(reply.is_cut) | i64::from(reply.is_refusal) << 1;
    [kept(now), flags, kept(reply.prompt_tokens), kept(reply.completion_tokens)]
}

fn checksum_of_reply(key: &[u8; 32], numbers: [i64; 4], model: &[u8], text: &[u8]) -> [u8; 32] {
    let [made, flags, prompt_tokens, completion_tokens] = numbers.map(i64::to_le_bytes);
    checksum_of(&[key, &made, &flags, &prompt_tokens, &completion_tokens, model, text])
}

fn checksum_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = FingerprintHasher::new();
    for part in parts {
        hasher.sized_bytes(part);
    }
    hasher.finish().0
}

/// The number in a column; 0 if it is not a number, which the checksum detects.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    Ok(row.get_ref(column)?.as_i64().unwrap_or(0))
}

/// The bytes of a column; empty if it is a number, which the checksum detects.
fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
        _ => Vec::new(),
    })
}
