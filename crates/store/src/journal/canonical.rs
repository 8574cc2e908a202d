//! One text for one value: keys sorted, no spaces, integers only.
//!
//! Sorted here and not by the map's own order: which order that is depends on a feature of
//! `serde_json` that any other crate of the build may switch on.

use std::fmt::Write as _;

use serde_json::Value;

/// Longest body of one entry.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
const DEPTH_MAX: usize = 16;

/// The canonical text of a value, or what is wrong with it.
pub(crate) fn canonical(value: &Value) -> Result<String, &'static str> {
    let mut text = String::new();
    write(&mut text, value, 0)?;
    if text.len() > BODY_BYTES_MAX {
        return Err("is longer than 64 KiB: keep it elsewhere and record its hash");
    }
    Ok(text)
}

fn write(text: &mut String, value: &Value, depth: usize) -> Result<(), &'static str> {
    if depth > DEPTH_MAX {
        return Err("is nested too deeply");
    }
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) if number.is_f64() => {
            return Err("holds a fraction: count in a smaller unit");
        }
        Value::Number(number) => write!(text, "{number}").map_err(|_| "cannot be written")?,
        Value::String(string) => quote(text, string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(text, item, depth + 1)?;
            }
            text.push(']');
        }
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by_key(|(key, _)| key.as_str());
            text.push('{');
            for (index, (key, item)) in fields.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                quote(text, key);
                text.push(':');
                write(text, item, depth + 1)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

/// A JSON string (RFC 8259) with the fewest escapes that are allowed.
pub(crate) fn quote(text: &mut String, string: &str) {
    text.push('"');
    for letter in string.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            control if u32::from(control) < 0x20 => {
                text.push_str("\\u00");
                for nibble in [u32::from(control) >> 4, u32::from(control) & 15] {
                    text.push(char::from_digit(nibble, 16).unwrap_or('0'));
                }
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_value_has_one_text() {
        let value = json!({"b": [1, true, null], "a": {"é": "\"\\\n"}});
        assert_eq!(canonical(&value).unwrap(), r#"{"a":{"é":"\"\\\u000a"},"b":[1,true,null]}"#);
        let again: Value = serde_json::from_str(&canonical(&value).unwrap()).unwrap();
        assert_eq!(again, value);
    }

    #[test]
    fn what_has_no_one_text_is_refused() {
        assert!(canonical(&json!(1.5)).is_err());
        assert!(canonical(&json!("x".repeat(BODY_BYTES_MAX))).is_err());
        let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
        assert!(canonical(&deep).is_err());
    }
}
