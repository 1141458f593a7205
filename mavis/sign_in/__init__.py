"""How people prove who they are, and how long that holds.

backends   who may have a session that was begun by NHS CIS2
sessions   when a session ends, and every session of somebody
passwords  email addresses and passwords, and who has to wait after too many
provider   what is asked of NHS CIS2
tokens     what NHS CIS2 signed, and whether to believe it
people     who that is in Mavis, and in which teams
trail      what the audit log says of all that
views      the pages; cis2_views: where NHS CIS2 sends people back to
"""
