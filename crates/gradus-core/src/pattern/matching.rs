//! Finds all phrases of a rubric in one pass over a document.
//!
//! For every node, the automaton stores only the position where it was last reached, because every following word that
//! is close enough to an earlier position is also close enough to the last one. So a word costs only as much as the
//! edges that it takes.

use super::edges::{Edge, START};
use super::hit::{Hit, IdeaMatch};
use super::parse::ANY_DISTANCE;
use super::scratch::{Arrival, Node, PartSeen, Reached, Scratch, StartEdge, WordEdges};
use super::word_edges::{Accept, End, Matcher};
use crate::text::{Document, Join, LetterRun, Lexicon, Quantity, Sentence, WordId};

impl Matcher {
    /// The id of an idea.
    pub fn idea_id(&self, idea: u32) -> &str {
        self.idea_ids.get(idea as usize).map_or("", String::as_str)
    }

    /// Finds matches like [`Self::find_hits`], and the occurrences of ideas.
    pub fn find_hits_and_ideas(
        &self,
        document: &Document,
        lexicon: &mut Lexicon,
        scratch: &mut Scratch,
        hits: &mut Vec<Hit>,
    ) -> Vec<IdeaMatch> {
        scratch.ideas = Some(Vec::new());
        self.find_hits(document, lexicon, scratch, hits);
        scratch.ideas.take().unwrap_or_default()
    }

    /// Adds the matches in `document` to `hits`, ordered by last token. For each phrase and sentence, adds the matches
    /// up to and including the first one that counts in full.
    pub fn find_hits(&self, document: &Document, lexicon: &mut Lexicon, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
        scratch.prepare(self, lexicon, document.tokens().len());
        let base = scratch.base;
        let mut matching = Matching { matcher: self, document, scratch, hits, base };
        let mut upcoming = Upcoming {
            quantities: document.quantities(),
            joins: document.joins(),
            letter_runs: document.letter_runs(),
        };
        for (number, sentence) in document.sentences().iter().enumerate() {
            matching.match_sentence(number as u32, *sentence, lexicon, &mut upcoming);
        }
        scratch.base = base + document.tokens().len() as u32;
    }
}

/// The quantities, joins and letter runs that the matcher has not passed yet.
struct Upcoming<'a> {
    quantities: &'a [Quantity],
    joins: &'a [Join],
    letter_runs: &'a [LetterRun],
}

struct Matching<'a> {
    matcher: &'a Matcher,
    document: &'a Document,
    scratch: &'a mut Scratch,
    hits: &'a mut Vec<Hit>,
    base: u32,
}

impl Matching<'_> {
    fn match_sentence(&mut self, number: u32, sentence: Sentence, lexicon: &mut Lexicon, upcoming: &mut Upcoming<'_>) {
        let place = Place { number, first: sentence.first, negated: sentence.negated };
        self.scratch.nodes.fill(Node::default());
        for at in sentence.first..sentence.end {
            let word = self.document.tokens()[at as usize].word;
            let resolved = self.scratch.resolve(self.matcher, lexicon, word);
            while let Some((quantity, rest)) = upcoming.quantities.split_first().filter(|(of, _)| of.first == at) {
                upcoming.quantities = rest;
                for edge in self.matcher.quantity_edges(quantity.kinds) {
                    self.schedule_edge(place, *edge, at, quantity.last);
                }
            }
            while let Some((join, rest)) = upcoming.joins.split_first().filter(|(join, _)| join.first == at) {
                upcoming.joins = rest;
                self.schedule_word(place, lexicon, join.word, at, join.last);
            }
            if let Some((letters, rest)) = upcoming.letter_runs.split_first() {
                self.schedule_spelled_words(place, lexicon, *letters, at);
                if letters.end() == at + 1 {
                    upcoming.letter_runs = rest;
                }
            }
            if resolved.continuation_count > 0 && at + 1 < sentence.end {
                let next = self.document.tokens()[at as usize + 1];
                if next.follows_closely() && self.scratch.may_continue(resolved, lexicon.folded(next.word)) {
                    let word = lexicon.intern_compound(word, next.word);
                    self.schedule_word(place, lexicon, word, at, at + 1);
                }
            }
            self.take_steps(place, resolved, at);
            self.start_parts(place, resolved, at);
            self.arrive_all(place, at);
        }
    }

    /// Takes the steps of the word at `at`. The nodes are updated only after all steps are taken, so that a word is
    /// never used for two steps of one part.
    fn take_steps(&mut self, place: Place, resolved: WordEdges, at: u32) {
        let last = place.position(at);
        let Scratch { steps, nodes, firsts, arriving, .. } = &mut *self.scratch;
        for edge in &steps[resolved.first_step as usize..(resolved.first_step + resolved.step_count) as usize] {
            let before = nodes[usize::from(edge.from)];
            if before.reaches(last, edge.gap) {
                let first = first_of(before, firsts[usize::from(edge.from)]);
                let reached = Reached { last, first, how: before.how().and(edge.how), denies: false };
                arriving.push(Arrival { node: edge.to, reached });
            }
        }
    }

    /// Starts the parts whose first word is at `at`.
    fn start_parts(&mut self, place: Place, resolved: WordEdges, at: u32) {
        let at = place.position(at);
        for number in resolved.first_start..resolved.first_start + resolved.start_count {
            let StartEdge { to, how, accepts } = self.scratch.starts[number as usize];
            if accepts {
                self.arrive(place, Arrival { node: to, reached: Reached { last: at, first: at, how, denies: false } });
            } else {
                self.scratch.nodes[usize::from(to)] = Node::new(at, how, false);
            }
        }
    }

    /// Takes the edges of the words that the letters from `at` on spell, if phrases contain these words. Words that no
    /// phrase contains are not added to the lexicon.
    fn schedule_spelled_words(&mut self, place: Place, lexicon: &mut Lexicon, letters: LetterRun, at: u32) {
        for (last, spelling) in letters.spellings_from(at) {
            if self.matcher.atoms.is_spelled(spelling) {
                let word = lexicon.intern_joined(spelling.as_str());
                self.schedule_word(place, lexicon, word, at, last);
            }
        }
    }

    fn schedule_word(&mut self, place: Place, lexicon: &Lexicon, word: WordId, first: u32, last: u32) {
        // because the word ends at token `last`, its nodes are reached later than those of the word at `first`
        let resolved = self.scratch.resolve(self.matcher, lexicon, word);
        for number in resolved.first_start..resolved.first_start + resolved.start_count {
            let StartEdge { to, how, .. } = self.scratch.starts[number as usize];
            self.schedule_edge(place, Edge { to, from: START, gap: 0, how }, first, last);
        }
        for number in resolved.first_step..resolved.first_step + resolved.step_count {
            self.schedule_edge(place, self.scratch.steps[number as usize], first, last);
        }
    }

    /// Takes a step over the tokens `first` to `last`. Its node is reached at token `last`.
    fn schedule_edge(&mut self, place: Place, edge: Edge, first: u32, last: u32) {
        let token = last;
        let (first, last) = (place.position(first), place.position(last));
        let mut reached = Reached { last, first, how: edge.how, denies: false };
        if edge.from != START {
            let before = self.scratch.nodes[usize::from(edge.from)];
            if !before.reaches(first, edge.gap) {
                return;
            }
            let first = first_of(before, self.scratch.firsts[usize::from(edge.from)]);
            reached = Reached { last, first, how: before.how().and(edge.how), denies: false };
        }
        self.scratch.scheduled.push((token, Arrival { node: edge.to, reached }));
    }

    fn arrive_all(&mut self, place: Place, at: u32) {
        if !self.scratch.scheduled.is_empty() {
            let Scratch { scheduled, arriving, .. } = &mut *self.scratch;
            arriving.extend(scheduled.extract_if(.., |(last, _)| *last == at).map(|(_, arrival)| arrival));
        }
        let mut number = 0;
        // because an idea that is complete here adds arrivals
        while let Some(arrival) = self.scratch.arriving.get(number) {
            self.arrive(place, *arrival);
            number += 1;
        }
        self.scratch.arriving.clear();
    }

    fn arrive(&mut self, place: Place, arrival: Arrival) {
        let Arrival { node, reached } = arrival;
        if let Some(accept) = self.matcher.accepts[usize::from(node)] {
            return self.accept(place, accept, reached);
        }
        let known = self.scratch.nodes[usize::from(node)];
        let known_first = first_of(known, self.scratch.firsts[usize::from(node)]);
        if (reached.last, reached.first) > (known.position(), known_first) {
            self.scratch.nodes[usize::from(node)] = Node::new(reached.last, reached.how, true);
            self.scratch.firsts[usize::from(node)] = reached.first;
        }
    }

    /// Records a part of a phrase or wording. If all parts occur close enough to each other in this sentence, adds a hit,
    /// or takes the steps of the idea.
    fn accept(&mut self, place: Place, accept: Accept, reached: Reached) {
        let (first, last) = (place.token(reached.first), place.token(reached.last));
        // because the stance towards an idea is that towards the phrase that uses it
        let is_phrase = matches!(accept.end, End::Phrase(_));
        let denies = reached.denies || self.is_denied_by_phrase(accept, first, last);
        let negated = place.negated && is_phrase && !denies && self.document.is_negated(first, last);
        let core = (first + self.base, last + self.base);
        let seen = PartSeen { first: core.0, last: core.1, core, how: reached.how, negated, denies };
        if accept.parts == 1 {
            return self.complete(place, accept.end, seen, true);
        }
        let sentence = place.first + self.base;
        let known = &mut self.scratch.parts[accept.part as usize];
        let keeps_affirmed = known.first >= sentence
            && negated
            && !known.negated
            && matches!(self.matcher.distances[accept.part as usize], ANY_DISTANCE);
        if !keeps_affirmed {
            *known = seen;
        }
        let range = accept.first_part as usize..(accept.first_part + accept.parts) as usize;
        let all = &self.scratch.parts[range.clone()];
        let distances = self.matcher.distances[range].iter().skip(1);
        let are_close = || all.windows(2).zip(distances).all(|(pair, distance)| pair[0].is_close(pair[1], *distance));
        if all.iter().all(|part| part.first >= sentence) && are_close() {
            let together = all.iter().fold(all[0], |one, other| PartSeen {
                first: one.first.min(other.first),
                last: one.last.max(other.last),
                core: one.longer_core(*other),
                how: one.how.and(other.how),
                negated: one.negated || other.negated,
                denies: one.denies || other.denies,
            });
            self.complete(place, accept.end, together, false);
        }
    }

    fn complete(&mut self, place: Place, end: End, seen: PartSeen, single_part: bool) {
        match end {
            End::Phrase(phrase) => self.hit(place, phrase, seen, single_part),
            End::Idea(idea) => self.take_idea_steps(place, idea, seen),
        }
    }

    /// Takes the steps of an idea that occurs at `seen`. They end at the current token, or lie behind it.
    fn take_idea_steps(&mut self, place: Place, idea: u32, seen: PartSeen) {
        let (first, last) = (seen.first - self.base, seen.last - self.base);
        if let Some(ideas) = &mut self.scratch.ideas {
            ideas.push(IdeaMatch { idea, first, last });
        }
        let (first, last) = (place.position(first), place.position(last));
        for edge in &self.matcher.idea_edges[idea as usize] {
            let how = edge.how.and(seen.how);
            let reached = if edge.from == START {
                Reached { first, last, how, denies: seen.denies }
            } else {
                let before = self.scratch.nodes[usize::from(edge.from)];
                if !before.reaches(first, edge.gap) {
                    continue;
                }
                let first = first_of(before, self.scratch.firsts[usize::from(edge.from)]);
                Reached { first, last, how: before.how().and(how), denies: false }
            };
            self.scratch.arriving.push(Arrival { node: edge.to, reached });
        }
    }

    /// Whether the phrase itself expresses a negation. It does if the part may contain a negator and the match does, or if
    /// the phrase has several parts and an element that only a negator matches.
    fn is_denied_by_phrase(&self, accept: Accept, first: u32, last: u32) -> bool {
        (accept.parts > 1 && accept.means_denial) || (accept.denies && self.document.has_negator(first, last))
    }

    /// Adds a hit, unless an earlier hit of the phrase counts in full in this sentence.
    fn hit(&mut self, place: Place, phrase: u32, seen: PartSeen, single_part: bool) {
        let sentence = place.first + self.base;
        let last_counted_in = &mut self.scratch.last_counted_in[phrase as usize];
        if *last_counted_in == sentence {
            return;
        }
        let asks_rejection = self.matcher.rejected[phrase as usize];
        if !asks_rejection && !seen.negated && !seen.how.is_loose() {
            *last_counted_in = sentence;
        }
        self.hits.push(Hit {
            phrase,
            first: seen.first - self.base,
            last: seen.last - self.base,
            sentence: place.number,
            how: seen.how.furthest(),
            negated: seen.negated,
            denies: seen.denies,
            asks_rejection,
            single_part,
            core: (seen.core.0 - self.base, seen.core.1 - self.base),
            specificity: self.matcher.specificity[phrase as usize],
        });
    }
}

impl PartSeen {
    /// The longer of two cores; the first if both are equally long.
    fn longer_core(self, other: Self) -> (u32, u32) {
        let length = |core: (u32, u32)| core.1 - core.0;
        if length(other.core) > length(self.core) { other.core } else { self.core }
    }

    /// Whether at most `distance` words are between the two parts, and no word starts or ends both of them.
    fn is_close(self, other: Self, distance: u8) -> bool {
        if distance == ANY_DISTANCE {
            return true;
        }
        let between = other.first.saturating_sub(self.last).max(self.first.saturating_sub(other.last));
        let ends = [other.first, other.last];
        between <= u32::from(distance) + 1 && !ends.contains(&self.first) && !ends.contains(&self.last)
    }
}

/// Position in the sentence of the first word of the part that reached `node`.
fn first_of(node: Node, first: u8) -> u8 {
    if node.0 & Node::STEPPED == 0 { node.position() } else { first }
}

/// The current sentence: its number, its first token, and whether any of its words is negated.
#[derive(Clone, Copy)]
struct Place {
    number: u32,
    first: u32,
    negated: bool,
}

impl Place {
    /// The position of a token in the sentence, from 1.
    fn position(self, token: u32) -> u8 {
        (token - self.first + 1) as u8
    }

    fn token(self, position: u8) -> u32 {
        self.first + u32::from(position) - 1
    }
}
