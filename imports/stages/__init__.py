"""What is done to an import, in order. Each module is one stage.

    upload    a team hands over a file                      a person
    read      lines become rows, or errors to mend          the pipeline
    trace     PDS is asked for each NHS number              the pipeline
    match     each row is compared with the children        the pipeline
    review    the team approves it, or cancels it           a person
    commit    rows become children and school moves         the pipeline

`work_out` is what match and commit share. A stage of the pipeline does a bounded
slice, in transactions that each begin by locking the import under its lease, and
changes the status last. What is asked of PDS is asked outside a transaction. No
stage queues a task: whoever called it does that.
"""
