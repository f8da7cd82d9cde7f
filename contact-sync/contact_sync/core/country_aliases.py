"""Names of countries that neither CLDR nor ISO 3166 lists: usual, older and Microsoft's own ones.

Responsible for the table only; `countries.py` reads it. A name that means two countries to somebody
("Korea" and "Congo" aside, which Windows lists for one each) must not stand here.
"""

from __future__ import annotations

#: Code -> names, without regard to case, accents, hyphens and full stops.
COUNTRY_ALIASES = {
    "AE": ("UAE", "VAE", "EAU", "Emirates", "Emirate", "Arabische Emirate"),
    "BA": ("Bosnia", "BiH", "Bosnien", "Bosnien Herzegowina", "Bosnia Herzegovina"),
    "BN": ("Brunei Darussalam",),
    "BO": ("Plurinational State of Bolivia",),
    "BQ": ("Bonaire, Sint Eustatius and Saba", "Bonaire, St Eustatius and Saba"),
    "BS": ("Bahamas, The", "The Bahamas"),
    "BY": ("Weißrussland", "Belorussland", "Byelorussia", "Belorussia", "White Russia"),
    "CD": (
        *("Congo (DRC)", "DR Congo", "DRC", "Congo DR", "Congo, DR", "Congo, Democratic Republic"),
        *("Democratic Republic of Congo", "DR Kongo", "Kongo (DRC)", "RDC", "Zaire", "RD Congo"),
    ),
    "CG": ("Congo", "Republic of Congo", "Congo Republic", "Republik Kongo"),
    "CH": ("Schweizerische Eidgenossenschaft", "Swiss Confederation", "Helvetia"),
    "CI": ("Ivory Coast", "Elfenbeinküste", "Costa de Marfil", "Costa d'Avorio"),
    "CN": ("PRC", "VR China", "Volksrepublik China", "PR China", "Mainland China"),
    "CV": ("Cape Verde", "Kap Verde", "Kapverden", "Kapverdische Inseln"),
    "CZ": (
        *("Czech Republic", "Tschechische Republik", "Tschechei", "Czech Rep", "Czech"),
        *("República Checa", "Repubblica Ceca", "République tchèque", "Tsjechische Republiek"),
        *("Republika Czeska", "Tjeckiska republiken"),
    ),
    "DE": ("BRD", "GER", "Bundesrepublik Deutschland", "Bundesrepublik", "FRG", "RFA"),
    "DK": ("Königreich Dänemark",),
    "FK": ("Falkland Islands (Islas Malvinas)", "Falklands", "Islas Malvinas"),
    "FM": ("Micronesia", "Federated States of Micronesia"),
    "FO": ("Faeroe Islands", "Faeroes", "Faroes", "Färöer Inseln"),
    "GB": (
        *("UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"),
        *("Großbritannien", "Schottland", "Nordirland", "Grande Bretagne", "Angleterre", "Écosse"),
        *("Gran Bretagna", "Inghilterra", "Gran Bretaña", "Inglaterra", "Grã-Bretanha"),
        *("Groot-Brittannië", "Engeland", "Great Britain and Northern Ireland", "GBR"),
        *("Vereinigtes Königreich von Großbritannien und Nordirland", "Anglia", "Velká Británie"),
    ),
    "GM": ("Gambia, The", "The Gambia"),
    "HK": ("Hong Kong", "Hong Kong SAR", "Hongkong", "Hongkong SAR", "Hong Kong, China", "HKSAR"),
    "IE": ("Republic of Ireland", "Irish Republic", "Eire", "Republik Irland"),
    "IR": ("Islamic Republic of Iran", "Islamische Republik Iran", "Persia", "Persien"),
    "KG": ("Kirgisien", "Kirgisistan", "Kirghizia", "Kirgistan"),
    "KP": (
        *("North Korea", "N Korea", "DPRK", "Korea, North", "Korea (North)", "Nordkorea"),
        *("Democratic People's Republic of Korea", "Demokratische Volksrepublik Korea"),
    ),
    "KR": (
        *("South Korea", "Korea", "S Korea", "ROK", "Korea, South", "Korea (South)", "Rep Korea"),
        *("Republik Korea", "Korea Rep", "Südkorea"),
    ),
    "LA": ("Lao PDR", "Laos PDR"),
    "LK": ("Ceylon",),
    "LY": ("Libyan Arab Jamahiriya",),
    "MD": ("Moldawien", "Republik Moldau", "Moldova, Republic of"),
    "MK": (
        *("Macedonia", "FYROM", "FYR Macedonia", "Macedonia, FYRO", "Macedonia (FYROM)"),
        *("Former Yugoslav Republic of Macedonia", "Republic of Macedonia", "Mazedonien"),
        *("Macedonia, Former Yugoslav Republic of",),
    ),
    "MM": ("Burma", "Myanmar", "Birma", "Birmania", "Birmanie"),
    "MO": ("Macau", "Macao", "Macao SAR", "Macau SAR", "Macau, China"),
    "NL": ("Holland", "Hollande", "Olanda", "Holanda", "Königreich der Niederlande"),
    "PN": ("Pitcairn",),
    "PS": (
        *("Palestine", "Palästina", "Palestinian Authority", "Palestinian Territory"),
        *("State of Palestine", "Palestinian Territory, Occupied"),
    ),
    "RU": ("Russia", "Russian Fed", "Russische Föderation", "Rußland"),
    "SA": ("KSA", "Saudiarabien"),
    "SH": ("St. Helena",),
    "SK": ("Slovak Republic", "Slowakische Republik", "Slowakei"),
    "SY": ("Syria",),
    "SZ": ("Swaziland", "Swasiland"),
    "TL": ("East Timor", "Osttimor", "Timor Leste", "Democratic Republic of Timor-Leste"),
    "TR": ("Turkey", "Republik Türkei"),
    "TT": ("Trinidad",),
    "TW": ("Taiwan, China", "Chinese Taipei"),
    "TZ": ("Tansania", "United Republic of Tanzania"),
    "UM": ("U.S. Outlying Islands", "US Minor Outlying Islands"),
    "US": (
        *(
            "America",
            "U.S.",
            "United States of America",
            "US of A",
            "United States of America (USA)",
        ),
        *(
            "Vereinigte Staaten von Amerika",
            "Vereinigte Staaten",
            "EE.UU.",
            "EEUU",
            "EUA",
            "Amerika",
        ),
        *("Estados Unidos de América", "Stati Uniti d'America", "États-Unis d'Amérique"),
        *("Verenigde Staten van Amerika", "Stany Zjednoczone Ameryki", "Förenta staterna"),
    ),
    "VA": ("Vatican", "Vatikan", "Vatikanstadt", "Holy See", "Heiliger Stuhl"),
    "VE": ("Bolivarian Republic of Venezuela",),
    "VG": ("Virgin Islands, British", "Virgin Islands (British)"),
    "VI": ("Virgin Islands, U.S.", "Virgin Islands (U.S.)", "US Virgin Islands"),
    "VN": ("Viet Nam",),
    "XK": ("Kosovo",),
    "ZA": ("RSA", "Republik Südafrika"),
}

#: Keys of names that a source gives to one country, and people to two.
AMBIGUOUS_COUNTRIES = frozenset({"kongo", "virgin islands"})
