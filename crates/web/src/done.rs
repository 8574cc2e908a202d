//! What has just been done, said at the top of the page that follows.
//!
//! The address carries a code out of a fixed list; anything else in its place says nothing.

use beffroi_words::Words;

const DONE: [(&str, &str); 41] = [
    ("dismissed", "done-dismissed"),
    ("merged", "done-merged"),
    ("phase", "done-phase"),
    ("state", "done-state"),
    ("exposure", "done-exposure"),
    ("means", "done-means"),
    ("about", "done-about"),
    ("cut", "done-cut"),
    ("cut_confirmed", "done-cut-confirmed"),
    ("lifted", "done-lifted"),
    ("override", "done-override"),
    ("cleared", "done-cleared"),
    ("details", "done-details"),
    ("needs", "done-needs"),
    ("saved", "done-saved"),
    ("published", "done-published"),
    ("corrected", "done-corrected"),
    ("ended", "done-ended"),
    ("role", "done-role"),
    ("disabled", "done-disabled"),
    ("revoked", "done-revoked"),
    ("let_go", "done-let-go"),
    ("announced", "done-announced"),
    ("restore", "done-restore"),
    ("entered", "done-entered"),
    ("totp", "done-totp"),
    ("contact", "done-contact"),
    ("week", "done-week"),
    ("test", "done-test"),
    ("answered", "done-answered"),
    ("somebody", "done-somebody"),
    ("line", "done-line"),
    ("imported", "done-imported"),
    ("removed", "done-removed"),
    ("rule", "done-rule"),
    ("rule_withdrawn", "done-rule-withdrawn"),
    ("sheet", "vault-sheet-done"),
    ("judged", "vault-judge-done"),
    ("thinning_agreed", "thinning-done-agreed"),
    ("thinning_cancelled", "thinning-done-cancelled"),
    ("thinning_undone", "thinning-done-undone"),
];

/// The sentence of a code; none for a code that is none.
pub(crate) fn sentence(words: &Words, code: &str) -> Option<String> {
    DONE.iter().find(|(known, _)| *known == code).map(|(_, key)| words.say(key))
}
