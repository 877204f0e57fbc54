package dial

import "strings"

// codes are the country codes of E.164 and who has them, first the country of all
// numbers that are in no area of another. Codes that belong to no country, such as 800
// and 882, are not among them.
//
// ITU, list of ITU-T Recommendation E.164 assigned country codes:
// https://www.itu.int/pub/T-SP-E.164D
const codes = `
1 US CA AG AI AS BB BM BS DM DO GD GU JM KN KY LC MP MS PR SX TC TT UM VC VG VI; 7 RU KZ; 20 EG; 27 ZA;
30 GR; 31 NL; 32 BE; 33 FR; 34 ES; 36 HU; 39 IT VA; 40 RO; 41 CH; 43 AT; 44 GB GG IM JE; 45 DK; 46 SE;
47 NO BV SJ; 48 PL; 49 DE; 51 PE; 52 MX; 53 CU; 54 AR; 55 BR; 56 CL; 57 CO; 58 VE; 60 MY; 61 AU CC CX; 62 ID;
63 PH; 64 NZ PN; 65 SG; 66 TH; 81 JP; 82 KR; 84 VN; 86 CN; 90 TR; 91 IN; 92 PK; 93 AF; 94 LK; 95 MM; 98 IR;
211 SS; 212 MA EH; 213 DZ; 216 TN; 218 LY; 220 GM; 221 SN; 222 MR; 223 ML; 224 GN; 225 CI; 226 BF; 227 NE;
228 TG; 229 BJ; 230 MU; 231 LR; 232 SL; 233 GH; 234 NG; 235 TD; 236 CF; 237 CM; 238 CV; 239 ST; 240 GQ;
241 GA; 242 CG; 243 CD; 244 AO; 245 GW; 246 IO; 247 SH; 248 SC; 249 SD; 250 RW; 251 ET; 252 SO; 253 DJ;
254 KE; 255 TZ; 256 UG; 257 BI; 258 MZ; 260 ZM; 261 MG; 262 RE TF YT; 263 ZW; 264 NA; 265 MW; 266 LS; 267 BW;
268 SZ; 269 KM; 290 SH; 291 ER; 297 AW; 298 FO; 299 GL; 350 GI; 351 PT; 352 LU; 353 IE; 354 IS; 355 AL;
356 MT; 357 CY; 358 FI AX; 359 BG; 370 LT; 371 LV; 372 EE; 373 MD; 374 AM; 375 BY; 376 AD; 377 MC; 378 SM;
379 VA; 380 UA; 381 RS; 382 ME; 383 XK; 385 HR; 386 SI; 387 BA; 389 MK; 420 CZ; 421 SK; 423 LI; 500 FK GS;
501 BZ; 502 GT; 503 SV; 504 HN; 505 NI; 506 CR; 507 PA; 508 PM; 509 HT; 590 GP BL MF; 591 BO; 592 GY; 593 EC;
594 GF; 595 PY; 596 MQ; 597 SR; 598 UY; 599 CW BQ; 670 TL; 672 NF AQ HM; 673 BN; 674 NR; 675 PG; 676 TO;
677 SB; 678 VU; 679 FJ; 680 PW; 681 WF; 682 CK; 683 NU; 685 WS; 686 KI; 687 NC; 688 TV; 689 PF; 690 TK;
691 FM; 692 MH; 850 KP; 852 HK; 853 MO; 855 KH; 856 LA; 880 BD; 886 TW; 960 MV; 961 LB; 962 JO; 963 SY;
964 IQ; 965 KW; 966 SA; 967 YE; 968 OM; 970 PS; 971 AE; 972 IL; 973 BH; 974 QA; 975 BT; 976 MN; 977 NP;
992 TJ; 993 TM; 994 AZ; 995 GE; 996 KG; 998 UZ`

// areas are how numbers begin, with the country code, that belong to one of the
// countries that share it: of the North American plan as its administrator assigns
// them (https://www.nanpa.com), others by the national plans that the ITU publishes.
// Mobile numbers that were taken along to another country, and the codes that Guadeloupe
// shares, cannot be told from those of the first.
const areas = `
AG 1268; AI 1264; AS 1684; BB 1246; BM 1441; BS 1242;
CA 1204 1226 1236 1249 1250 1257 1263 1289 1306 1343 1354 1365 1367 1368 1382 1403 1416 1418 1428 1431 1437 1438
1450 1468 1474 1506 1514 1519 1548 1568 1579 1581 1584 1587 1600 1604 1613 1622 1633 1639 1647 1672 1683 1705
1709 1742 1753 1778 1780 1782 1807 1819 1825 1867 1873 1879 1902 1905 1942;
DM 1767; DO 1809 1829 1849; GD 1473; GU 1671; JM 1658 1876; KN 1869; KY 1345; LC 1758; MP 1670; MS 1664;
PR 1787 1939; SX 1721; TC 1649; TT 1868; VC 1784; VG 1284; VI 1340; KZ 76 77; VA 3906698;
GG 441481 447781 447839 4479111 4479117; IM 441624 447524 4474576 447624 447924;
JE 441534 447509 4477003 4477007 4477008 447797 447829 447937; SJ 4779; CC 6189162; CX 6189164;
EH 2125288 2125289; YT 262269 262639; AX 35818; BQ 5993 5994 5997; AQ 6721`

var (
	holders = parse(codes, func(m map[string][]string, fields []string) { m[fields[0]] = fields[1:] })
	byArea  = parse(areas, func(m map[string]string, fields []string) {
		for _, area := range fields[1:] {
			m[area] = fields[0]
		}
	})
)

// longestArea is in digits.
const longestArea = 7

// parse adds each entry of a table to a map.
func parse[V any](table string, add func(map[string]V, []string)) map[string]V {
	m := make(map[string]V)
	for entry := range strings.SplitSeq(table, ";") {
		add(m, strings.Fields(entry))
	}
	return m
}
