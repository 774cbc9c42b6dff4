//! A column of the schema, which may be stored as several: lists, maps and groups become JSON text.
//!
//! The shape follows from the schema by the rules of the format, old forms of lists included. A schema that breaks the
//! rules is shown as the groups and lists that are stored. Values come from the leaves.

use std::ops::Range;

use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::schema::types::Type;

use super::cell::Cell;
use super::column::{Leaf, uneven};
use super::read_error::ReadError;

/// A part of a column, and the leaves under it.
#[derive(Debug)]
pub(crate) struct Node {
    /// Leaves of the column that the node spans; never empty.
    pub(crate) leaves: Range<usize>,
    kind: NodeShape,
}

#[derive(Debug)]
enum NodeShape {
    Leaf,
    /// Present from this level of definition on.
    Optional(i16, Box<Node>),
    Group(Vec<(String, Node)>),
    List(Repeated, Box<Node>),
    Map(Repeated, Box<Node>, Box<Node>),
}

/// Levels of a repeated node: definition of the first item, and repetition of each further item.
#[derive(Debug, Clone, Copy)]
struct Repeated {
    definition: i16,
    repetition: i16,
}

impl Node {
    /// The parts of a column with this schema.
    ///
    /// # Errors
    /// When the schema has a group without members.
    pub(crate) fn of(field: &Type) -> Result<Self, ReadError> {
        Builder { next: 0 }.field(field, Repeated { definition: 0, repetition: 0 })
    }

    /// Returns the value of one row.
    pub(crate) fn cell(&self, leaves: &mut [Leaf]) -> Result<Cell, ReadError> {
        match &self.kind {
            NodeShape::Leaf => self.first(leaves)?.take(),
            NodeShape::Optional(level, node) if self.first(leaves)?.definition()? >= *level => node.cell(leaves),
            NodeShape::Optional(..) => self.skip(leaves).map(|()| Cell::Missing),
            NodeShape::Group(_) | NodeShape::List(..) | NodeShape::Map(..) => {
                let mut json = Json::default();
                self.write(leaves, &mut json)?;
                Ok(json.bad.map_or(Cell::Other(json.text), Cell::Bad))
            }
        }
    }

    fn write(&self, leaves: &mut [Leaf], json: &mut Json) -> Result<(), ReadError> {
        match &self.kind {
            NodeShape::Leaf => json.value(self.first(leaves)?.take()?),
            NodeShape::Optional(level, node) if self.first(leaves)?.definition()? >= *level => {
                node.write(leaves, json)?;
            }
            NodeShape::Optional(..) => {
                self.skip(leaves)?;
                json.text.push_str("null");
            }
            NodeShape::Group(members) => {
                json.text.push('{');
                for (at, (name, member)) in members.iter().enumerate() {
                    json.comma(at);
                    json.string(name);
                    json.text.push(':');
                    member.write(leaves, json)?;
                }
                json.text.push('}');
            }
            NodeShape::List(levels, element) => {
                json.text.push('[');
                self.each(*levels, leaves, |at, leaves| {
                    json.comma(at);
                    element.write(leaves, json)
                })?;
                json.text.push(']');
            }
            NodeShape::Map(levels, key, value) => {
                json.text.push('{');
                self.each(*levels, leaves, |at, leaves| {
                    json.comma(at);
                    json.key(key.cell(leaves)?);
                    json.text.push(':');
                    value.write(leaves, json)
                })?;
                json.text.push('}');
            }
        }
        Ok(())
    }

    /// Calls `take` for each item, with its index.
    fn each(
        &self,
        levels: Repeated,
        leaves: &mut [Leaf],
        mut take: impl FnMut(usize, &mut [Leaf]) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        if self.first(leaves)?.definition()? < levels.definition {
            return self.skip(leaves);
        }
        for at in 0.. {
            take(at, leaves)?;
            if self.first(leaves)?.repetition() < levels.repetition {
                break;
            }
        }
        Ok(())
    }

    fn first<'a>(&self, leaves: &'a mut [Leaf]) -> Result<&'a mut Leaf, ReadError> {
        leaves.get_mut(self.leaves.start).ok_or_else(uneven)
    }

    /// Skips the one entry for a missing value in every leaf.
    fn skip(&self, leaves: &mut [Leaf]) -> Result<(), ReadError> {
        leaves.get_mut(self.leaves.clone()).ok_or_else(uneven)?.iter_mut().try_for_each(|leaf| leaf.take().map(drop))
    }
}

/// JSON text so far, and the reason of the first value without a form as text.
#[derive(Default)]
struct Json {
    text: String,
    bad: Option<String>,
}

impl Json {
    fn comma(&mut self, at: usize) {
        if at > 0 {
            self.text.push(',');
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push_str(&serde_json::Value::from(text).to_string());
    }

    fn value(&mut self, cell: Cell) {
        match cell {
            Cell::Missing => self.text.push_str("null"),
            Cell::Text(text) | Cell::Formatted(text) => self.string(&text),
            Cell::Number(written) | Cell::Other(written) => self.text.push_str(&written),
            Cell::Bool(value) => self.text.push_str(if value { "true" } else { "false" }),
            Cell::Bad(reason) => self.bad = self.bad.take().or(Some(reason)),
        }
    }

    /// Keys of JSON are text: other values are put in quotes.
    fn key(&mut self, cell: Cell) {
        match cell {
            Cell::Number(text) | Cell::Other(text) => self.string(&text),
            Cell::Bool(value) => self.string(if value { "true" } else { "false" }),
            Cell::Missing => self.string("null"),
            text => self.value(text),
        }
    }
}

/// Walks a schema and counts leaves in the order in which they are stored.
struct Builder {
    next: usize,
}

impl Builder {
    /// A field with its repetition, below a node with these levels.
    fn field(&mut self, field: &Type, above: Repeated) -> Result<Node, ReadError> {
        let definition = above.definition + 1;
        match repetition(field) {
            Repetition::REQUIRED => self.value(field, above),
            Repetition::OPTIONAL => {
                let node = self.value(field, Repeated { definition, ..above })?;
                Ok(Node { leaves: node.leaves.clone(), kind: NodeShape::Optional(definition, Box::new(node)) })
            }
            Repetition::REPEATED => {
                let levels = Repeated { definition, repetition: above.repetition + 1 };
                let node = self.value(field, levels)?;
                Ok(Node { leaves: node.leaves.clone(), kind: NodeShape::List(levels, Box::new(node)) })
            }
        }
    }

    /// A field without its own repetition, which `levels` count already.
    fn value(&mut self, field: &Type, levels: Repeated) -> Result<Node, ReadError> {
        let start = self.next;
        let kind = match field {
            Type::PrimitiveType { .. } => {
                self.next += 1;
                NodeShape::Leaf
            }
            Type::GroupType { fields, .. } => match (annotation(field), &fields[..]) {
                (Annotation::List, [child]) if is_repeated(child) => {
                    let levels = levels.inside();
                    let element = match child.as_ref() {
                        Type::GroupType { fields, .. } if !is_element(child) => self.field(&fields[0], levels)?,
                        _ => self.value(child, levels)?,
                    };
                    NodeShape::List(levels, Box::new(element))
                }
                (Annotation::Map, [child]) if is_repeated(child) && pair(child).is_some() => {
                    let levels = levels.inside();
                    let [key, value] = pair(child).ok_or_else(uneven)?;
                    NodeShape::Map(levels, Box::new(self.field(key, levels)?), Box::new(self.field(value, levels)?))
                }
                (_, []) => return Err(ReadError::Damaged { reason: "a group has no members".to_owned() }),
                (_, members) => NodeShape::Group(
                    members
                        .iter()
                        .map(|member| Ok((member.name().to_owned(), self.field(member, levels)?)))
                        .collect::<Result<_, ReadError>>()?,
                ),
            },
        };
        Ok(Node { leaves: start..self.next, kind })
    }
}

impl Repeated {
    fn inside(self) -> Self {
        Self { definition: self.definition + 1, repetition: self.repetition + 1 }
    }
}

enum Annotation {
    List,
    Map,
    None,
}

fn annotation(field: &Type) -> Annotation {
    let info = field.get_basic_info();
    match (info.logical_type_ref(), info.converted_type()) {
        (Some(LogicalType::List), _) | (None, ConvertedType::LIST) => Annotation::List,
        (Some(LogicalType::Map), _) | (None, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => Annotation::Map,
        _ => Annotation::None,
    }
}

fn repetition(field: &Type) -> Repetition {
    let info = field.get_basic_info();
    if info.has_repetition() { info.repetition() } else { Repetition::REQUIRED }
}

fn is_repeated(field: &Type) -> bool {
    repetition(field) == Repetition::REPEATED
}

fn pair(field: &Type) -> Option<[&Type; 2]> {
    match field {
        Type::GroupType { fields, .. } if fields.len() == 2 => Some([&fields[0], &fields[1]]),
        _ => None,
    }
}

/// Whether the repeated child of a list is the element itself, as in files of old writers, and not a wrapper of it.
fn is_element(child: &Type) -> bool {
    match child {
        Type::PrimitiveType { .. } => true,
        Type::GroupType { fields, .. } => {
            fields.len() != 1 || is_repeated(&fields[0]) || child.name() == "array" || child.name().ends_with("_tuple")
        }
    }
}
