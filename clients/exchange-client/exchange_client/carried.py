"""What Outlook knows of a contact and Graph v1.0 has no name for: carried along in a move.

Sources: [MS-OXOCNTC] (contacts), [MS-OXOFLAG] (follow-up), [MS-OXORMDR] (reminders), [MS-OXCMSG];
ids and types as in [MS-OXPROPS]. Left out, for Exchange makes them itself: sort keys and formatted
addresses, the local copies of the birthday, entry ids, icons, the flag that tells of a photo.
"""

from __future__ import annotations

_ADDRESS = "{00062004-0000-0000-C000-000000000046}"
_COMMON = "{00062008-0000-0000-C000-000000000046}"
_TASK = "{00062003-0000-0000-C000-000000000046}"

_NUMBERS = (
    "String 0x3A24",  # business fax
    "String 0x3A25",  # home fax
    "String 0x3A23",  # other fax
    "String 0x3A21",  # pager
    "String 0x3A1E",  # car phone
    "String 0x3A2E",  # assistant's phone
    "String 0x3A1A",  # primary phone
    "String 0x3A1D",  # radio phone
    "String 0x3A2C",  # telex
    "String 0x3A02",  # callback phone
    "String 0x3A57",  # company main phone
    "String 0x3A4B",  # TTY/TDD phone
    "String 0x3A2D",  # ISDN
    "String 0x3A1F",  # other phone
)
_PERSON = (
    "SystemTime 0x3A41",  # wedding anniversary
    f"SystemTime {_ADDRESS} Id 0x80DF",  # the same, as a local day
    "String 0x3A43",  # hobbies
    "Short 0x3A4D",  # gender
    "String 0x3A0C",  # language
    "String 0x3A0D",  # location
    "String 0x3A47",  # referred by
    "String 0x3A07",  # government id
    "String 0x3A10",  # organizational id
    "String 0x3A4A",  # customer id
    "String 0x3A00",  # account
    "String 0x3A49",  # computer network name
    "String 0x3A4C",  # FTP site
    "String 0x3A50",  # personal home page
    f"String {_ADDRESS} Id 0x802B",  # web page
    f"String {_ADDRESS} Id 0x80D8",  # free/busy address
    f"String {_ADDRESS} Id 0x804F",  # user field 1
    f"String {_ADDRESS} Id 0x8050",  # user field 2
    f"String {_ADDRESS} Id 0x8051",  # user field 3
    f"String {_ADDRESS} Id 0x8052",  # user field 4
    f"String {_COMMON} Id 0x8534",  # mileage
    f"String {_COMMON} Id 0x8535",  # billing information
    f"Boolean {_ADDRESS} Id 0x8025",  # journal
)
_ADDRESSES = (
    "String 0x3A2B",  # business post office box
    "String 0x3A5E",  # home post office box
    "String 0x3A64",  # other post office box
    f"Integer {_ADDRESS} Id 0x8022",  # which address is the mailing address
    f"String {_ADDRESS} Id 0x80DA",  # country code of the home address
    f"String {_ADDRESS} Id 0x80DB",  # country code of the business address
    f"String {_ADDRESS} Id 0x80DC",  # country code of the other address
    f"String {_ADDRESS} Id 0x80DD",  # country code of the mailing address
    f"String {_ADDRESS} Id 0x8080",  # e-mail 1, display name
    f"String {_ADDRESS} Id 0x8090",  # e-mail 2, display name
    f"String {_ADDRESS} Id 0x80A0",  # e-mail 3, display name
    f"Integer {_ADDRESS} Id 0x8006",  # how file-as is made
)
_FOLLOW_UP = (
    "Integer 0x17",  # importance
    "Integer 0x26",  # priority
    "Integer 0x1090",  # flag status
    "Integer 0x1095",  # flag colour
    "SystemTime 0x1091",  # flag completed
    "Integer 0xE2B",  # is on the to-do list
    f"String {_COMMON} Id 0x8530",  # flag text
    f"String {_COMMON} Id 0x85A4",  # title on the to-do list
    f"SystemTime {_COMMON} Id 0x85A0",  # place on the to-do list
    f"String {_COMMON} Id 0x85A1",  # place on the to-do list, finer
    f"SystemTime {_COMMON} Id 0x85BF",  # flag is valid
    f"SystemTime {_COMMON} Id 0x8516",  # start, UTC
    f"SystemTime {_COMMON} Id 0x8517",  # end, UTC
    f"Integer {_TASK} Id 0x8101",  # task status
    f"Double {_TASK} Id 0x8102",  # percent complete
    f"SystemTime {_TASK} Id 0x8104",  # start date
    f"SystemTime {_TASK} Id 0x8105",  # due date
    f"SystemTime {_TASK} Id 0x810F",  # date completed
    f"Boolean {_TASK} Id 0x811C",  # is complete
)
_REMINDER = (
    f"Integer {_COMMON} Id 0x8501",  # minutes before
    f"SystemTime {_COMMON} Id 0x8502",  # time
    f"Boolean {_COMMON} Id 0x8503",  # is set
    f"SystemTime {_COMMON} Id 0x8560",  # next signal
    f"Boolean {_COMMON} Id 0x851C",  # overrides the sound
    f"Boolean {_COMMON} Id 0x851E",  # plays a sound
    f"String {_COMMON} Id 0x851F",  # sound file
    f"Boolean {_COMMON} Id 0x8506",  # private
)

#: Every single-value property that a move carries beside those of the contact resource.
CARRIED = (*_NUMBERS, *_PERSON, *_ADDRESSES, *_FOLLOW_UP, *_REMINDER)
#: Unconfirmed how many conditions one `$expand` filter may have: few enough to fit any URL limit.
CONDITIONS = 20
