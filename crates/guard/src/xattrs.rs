//! Extended attributes: access control lists, and what Samba knows of a file (its Windows rights in
//! `security.NTACL`, its DOS attributes in `user.DOSATTRIB`), go along with a content.
//!
//! Rule: what cannot be read or set is left out and named in the log; the content comes first.

use std::ffi::CStr;
use std::fs::File;

use rustix::fs::{XattrFlags, fgetxattr, flistxattr, flistxattr_query, fsetxattr};

/// Most bytes of all names, and of one value: the kernel's own bounds.
const BYTES_MAX: usize = 64 << 10;

/// Gives `to` the attributes that `from` has.
pub(crate) fn copy(from: &File, to: &File) {
    // Most files have none: asking for their length alone costs next to nothing.
    let mut names = match flistxattr_query(from) {
        Ok(0) | Err(_) => return,
        Ok(length) => vec![0; length.min(BYTES_MAX)],
    };
    let Ok(length) = flistxattr(from, &mut names[..]) else { return };
    let names = names.get(..length).unwrap_or_default();
    for name in names.split_inclusive(|byte| *byte == 0) {
        let Ok(name) = CStr::from_bytes_with_nul(name) else { continue };
        let mut value = vec![0; BYTES_MAX];
        let done = fgetxattr(from, name, &mut value[..]).and_then(|length| {
            let value = value.get(..length).unwrap_or_default();
            fsetxattr(to, name, value, XattrFlags::empty())
        });
        if let Err(error) = done {
            tracing::debug!(%error, ?name, "an attribute is left out");
        }
    }
}
