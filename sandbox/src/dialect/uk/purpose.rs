//! The codes of ISO 20022's external code sets that say what a payment is for, as version 4 lists them.
//!
//! Owns the two lists. What the codes mean is their publisher's business; the bank keeps them and never looks at them.

/// `ExternalPurpose1Code`.
pub(super) const PURPOSES: &[&str] = &[
    "BKDF", "BKFE", "BKFM", "BKIP", "BKPP", "CBLK", "CDCB", "CDCD", "CDCS", "CDDP", "CDOC", "CDQC", "ETUP", "FCOL",
    "MTUP", "ACCT", "CASH", "COLL", "CSDB", "DEPT", "INTC", "INTP", "LIMA", "NETT", "BFWD", "CCIR", "CCPC", "CCPM",
    "CCSM", "CRDS", "CRPR", "CRSP", "CRTL", "EQPT", "EQUS", "EXPT", "EXTD", "FIXI", "FWBC", "FWCC", "FWSB", "FWSC",
    "MARG", "MBSB", "MBSC", "MGCC", "MGSC", "OCCC", "OPBC", "OPCC", "OPSB", "OPSC", "OPTN", "OTCD", "REPO", "RPBC",
    "RPCC", "RPSB", "RPSC", "RVPO", "SBSC", "SCIE", "SCIR", "SCRP", "SHBC", "SHCC", "SHSL", "SLEB", "SLOA", "SWBC",
    "SWCC", "SWPT", "SWSB", "SWSC", "TBAS", "TBBC", "TBCC", "TRCP", "AGRT", "AREN", "BEXP", "BOCE", "COMC", "CPYR",
    "GDDS", "GDSV", "GSCB", "LICF", "MP2B", "POPE", "ROYA", "SCVE", "SERV", "SUBS", "SUPP", "TRAD", "CHAR", "COMT",
    "MP2P", "ECPG", "ECPR", "ECPU", "EPAY", "CLPR", "COMP", "DBTC", "GOVI", "HLRP", "HLST", "INPC", "INPR", "INSC",
    "INSU", "INTE", "LBRI", "LIFI", "LOAN", "LOAR", "PENO", "PPTI", "RELG", "RINP", "TRFD", "FORW", "FXNT", "ADMG",
    "ADVA", "BCDM", "BCFG", "BLDM", "BNET", "CBFF", "CBFR", "CCRD", "CDBL", "CFEE", "CGDD", "CORT", "COST", "CPKC",
    "DCRD", "DSMT", "DVPM", "EDUC", "FACT", "FAND", "FCPM", "FEES", "GIFT", "GOVT", "ICCP", "IDCP", "IHRP", "INSM",
    "IVPT", "MCDM", "MCFG", "MSVC", "NOWS", "OCDM", "OCFG", "OFEE", "OTHR", "PADD", "PTSP", "RCKE", "RCPT", "REBT",
    "REFU", "RENT", "REOD", "RIMB", "RPNT", "RRBN", "RRCT", "RRTP", "RVPM", "SLPI", "SPLT", "STDY", "TBAN", "TBIL",
    "TCSC", "TELI", "TMPG", "TPRI", "TPRP", "TRNC", "TRVC", "WEBI", "IPAY", "IPCA", "IPDO", "IPEA", "IPEC", "IPEW",
    "IPPS", "IPRT", "IPU2", "IPUW", "ANNI", "CAFI", "CFDI", "CMDT", "DERI", "DIVD", "FREX", "HEDG", "INVS", "PRME",
    "SAVG", "SECU", "SEPI", "TREA", "UNIT", "FNET", "FUTR", "ANTS", "CVCF", "DMEQ", "DNTS", "HLTC", "HLTI", "HSPC",
    "ICRF", "LTCF", "MAFC", "MARF", "MDCS", "VIEW", "CDEP", "SWFP", "SWPP", "SWRS", "SWUF", "ADCS", "AEMP", "ALLW",
    "ALMY", "BBSC", "BECH", "BENE", "BONU", "CCHD", "COMM", "CSLP", "GFRP", "GVEA", "GVEB", "GVEC", "GVED", "GWLT",
    "HREC", "PAYR", "PEFC", "PENS", "PRCP", "RHBS", "SALA", "SPSP", "SSBE", "LBIN", "LCOL", "LFEE", "LMEQ", "LMFI",
    "LMRK", "LREB", "LREV", "LSFL", "ESTX", "FWLV", "GSTX", "HSTX", "INTX", "NITX", "PTXP", "RDTX", "TAXS", "VATX",
    "WHLD", "TAXR", "B112", "BR12", "TLRF", "TLRR", "AIRB", "BUSB", "FERB", "RLWY", "TRPT", "CBTV", "ELEC", "ENRG",
    "GASB", "NWCH", "NWCM", "OTLC", "PHON", "UBIL", "WTER", "BOND", "CABD", "CAEQ", "CBCR", "DBCR", "DICL", "EQTS",
    "FLCR", "EFTC", "EFTD", "MOMA", "RAPI", "GAMB", "LOTT", "AMEX", "SASW", "AUCO", "PCOM", "PDEP", "PLDS", "PLRF",
    "GAFA", "GAHO", "CPEN", "DEPD", "RETL", "DEBT", "CRYP",
];

/// `ExternalCategoryPurpose1Code`.
pub(super) const CATEGORIES: &[&str] = &[
    "BONU", "CASH", "CBLK", "CCRD", "CGWV", "CIPC", "CONC", "CORT", "DCRD", "DIVI", "DVPM", "EPAY", "FCDT", "FCIN",
    "FCOL", "GOVT", "GP2P", "HEDG", "ICCP", "IDCP", "INTC", "INTE", "LBOX", "LOAN", "MP2B", "MP2P", "OTHR", "PENS",
    "RPRE", "RRCT", "RVPM", "SALA", "SECU", "SSBE", "SUPP", "SWEP", "TAXS", "TOPG", "TRAD", "TREA", "VATX", "VOST",
    "WHLD", "ZABA",
];
