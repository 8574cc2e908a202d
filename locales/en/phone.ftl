### Telephone lines, as residents meet them, and the screen that keeps them up to date.

## On the public page

phone-dead = { $which ->
    [one] This number does not answer.
   *[several] { $number } does not answer.
}
phone-dead-instead = { $which ->
    [one] This number does not answer: dial <a>{ $instead }</a>.
   *[several] { $number } does not answer: dial <a>{ $instead }</a>.
}
phone-doubtful = { $which ->
    [one] This number may not answer.
   *[several] { $number } may not answer.
}
phone-doubtful-instead = { $which ->
    [one] This number may not answer: rather dial <a>{ $instead }</a>.
   *[several] { $number } may not answer: rather dial <a>{ $instead }</a>.
}
phone-now-instead = Call <a>{ $phone }</a>: the usual number does not answer.
phone-now-some-dead = Come as usual. Before you call, look at <a>the list</a>: at least one number does not answer.

## One word for each state

line-state-works = Answers
line-state-down = Does not answer
line-state-unknown = Unknown
