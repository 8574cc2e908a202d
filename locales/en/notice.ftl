### The ready sentences of official notices. A member of staff reads, changes and publishes them.

notice-title-incident = Cyberattack: what to know
notice-title-unknown = Computer incident: what to know
notice-title-failure = Failure: what to know
notice-title-back = Back to normal

notice-under-attack = { $kind ->
    [commune] The town hall has been under a cyberattack since { $since }.
    [epci] The joint authority has been under a cyberattack since { $since }.
    [departement] The département has been under a cyberattack since { $since }.
   *[region] The region has been under a cyberattack since { $since }.
}
notice-under-incident = { $kind ->
    [commune] A computer incident has affected the town hall since { $since }.
    [epci] A computer incident has affected the joint authority since { $since }.
    [departement] A computer incident has affected the département since { $since }.
   *[region] A computer incident has affected the region since { $since }.
}
notice-under-failure = { $kind ->
    [commune] A failure has affected the town hall since { $since }.
    [epci] A failure has affected the joint authority since { $since }.
    [departement] A failure has affected the département since { $since }.
   *[region] A failure has affected the region since { $since }.
}
notice-servers-cut = As a precaution, the servers are disconnected and internet access is restricted for all services.
notice-servers-out = Some computer equipment does not work.
notice-origin-unknown = The origin of the attack is not yet known.
notice-cause-unknown = The cause is not yet known.
notice-reachable-phone = { $kind ->
    [commune] The town hall can still be reached by telephone.
   *[other] The reception can still be reached by telephone.
}
notice-reachable-phone-number = { $kind ->
    [commune] The town hall can still be reached by telephone on { $phone }.
   *[other] The reception can still be reached by telephone on { $phone }.
}
notice-some-actions = Some actions are not possible for now.
notice-news-follow = We will keep you informed on this page.
notice-back-to-normal = Services work normally again. Thank you for your patience.
