//! What canonical v1 says of its members, taken from its published schema: so that a mapping never knows another contract
//! than the one it is judged by.

use std::sync::LazyLock;

use serde_json::Value;

/// One kind of row: `transactions`.
#[derive(Debug, Default)]
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) members: Vec<Member>,
}

/// One member of it.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    is_required: bool,
    /// The words it takes, if it takes only some.
    pub(super) words: Vec<String>,
}

static ENTITIES: LazyLock<Vec<Entity>> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(&bank_fixtures::canonical::schema()).unwrap_or_default();
    let lists = schema["properties"].as_object().into_iter().flatten();
    lists.filter_map(|(name, list)| Some(entity_of(name, definition(&schema, &list["items"])?))).collect()
});

/// Every kind of row there is.
pub(super) fn entities() -> &'static [Entity] {
    &ENTITIES
}

/// The kind of this name; one without members if there is none.
pub(super) fn entity(name: &str) -> &'static Entity {
    static NONE: Entity = Entity { name: String::new(), members: Vec::new() };
    ENTITIES.iter().find(|entity| entity.name == name).unwrap_or(&NONE)
}

impl Entity {
    pub(super) fn is_required(&self, member: &str) -> bool {
        self.members.iter().any(|known| known.name == member && known.is_required)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.name.as_str()).collect()
    }

    /// The words a member takes; empty if it takes any text.
    pub(super) fn words(&self, member: &str) -> &[String] {
        self.members.iter().find(|known| known.name == member).map_or(&[], |member| &member.words)
    }
}

fn entity_of(name: &str, schema: &Value) -> Entity {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let member = |(name, property): (&String, &Value)| Member {
        name: name.clone(),
        is_required: required.contains(&name.as_str()),
        words: property["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    };
    let members = schema["properties"].as_object().into_iter().flatten().map(member).collect();
    Entity { name: name.to_owned(), members }
}

fn definition<'a>(schema: &'a Value, reference: &Value) -> Option<&'a Value> {
    let name = reference["$ref"].as_str()?.strip_prefix("#/$defs/")?;
    schema["$defs"].get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_is_read_from_its_schema() {
        let transactions = entity("transactions");
        assert!(transactions.names().contains(&"booking_date"), "{transactions:?}");
        assert!(transactions.is_required("amount") && !transactions.is_required("booking_date"));
        assert!(transactions.words("status").contains(&"booked".to_owned()));
        assert!(transactions.words("provider_id").is_empty());
        assert!(entities().len() >= 6, "{:?}", entities());
        assert!(entity("canonical").members.is_empty());
    }
}
