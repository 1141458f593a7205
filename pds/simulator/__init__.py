"""A stand-in for NHS England's Personal Demographics Service (PDS FHIR R4).

A process of its own, with people of its own: it shares no code with Mavis's client,
because if it did both could be wrong alike. It is not an NHS service, and says so in
a header of every answer.

    people       who is known, and the file they are read from
    patients     the same from FHIR Patients, one a line
    named        one documented person for every state a record can be in
    generate     any number of invented people, from a seed
    cohort       a cohort file drawn from them, with what is wrong in each row
    labels, pools, cohort_rows
                 the kinds of wrong, who can be drawn for each, what the row then says
    query        the parameters of a search, checked in PDS's order
    search       who a query finds
    fuzzy        the algorithmic search, approximately
    fhir         what an answer looks like
    outcomes     what PDS says instead of an answer
    applications who may ask, and their public keys
    assertions   what they sign, judged
    tokens       who is given an access token, and who asks with it
    token_endpoint  the address where it is given
    limits       so many requests a second for each application
    journal      every request, for tests to read
    faults       what goes wrong when a test asks for it
    broken       the answers that faults make
    admin        the addresses for tests
    app          the order in which a request is judged
    server       a socket, and a line that says where
"""
