/**
 * What a column's name suggests, in the languages retail exports come in. A name is only a hint: `roles.ts` weighs it against the data.
 */

/** "InvoiceNo" → invoice, no; "Kunden-Nr." → kunden, nr; "customerid" → customer, id. */
export function tokens(name: string): string[] {
  const plain = name.normalize('NFKD').replace(/\p{M}+/gu, '').replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2').replaceAll('ß', 'ss').toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean).flatMap(splitGlued);
}

/** One key for comparing names: "Customer_ID" and "customerId" → "customerid". */
export const nameKey = (name: string): string => tokens(name).join('');

function plural(one: string): string {
  if (one === 'person') return 'people';
  return /[^aeiou]y$/.test(one) ? `${one.slice(0, -1)}ies` : `${one}s`;
}

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Words for the one the rows are about, each with how to speak of them in English. */
export const entityWords: ReadonlyMap<string, readonly [string, string]> = new Map(
  `customer:customer customers:customer cust:customer client:client clients:client household:household households:household hh:household account:account accounts:account acct:account
   patient:patient patients:patient member:member members:member subscriber:subscriber subscribers:subscriber user:user users:user usr:user buyer:buyer buyers:buyer shopper:shopper guest:guest
   donor:donor donors:donor student:student students:student pupil:pupil learner:learner passenger:passenger passengers:passenger applicant:applicant applicants:applicant policyholder:policyholder cardholder:cardholder consumer:consumer person:person
   contact:contact visitor:visitor company:company tenant:tenant player:player viewer:viewer borrower:borrower employee:employee merchant:merchant subject:subject participant:participant
   respondent:respondent msisdn:subscriber kunde:customer kunden:customer kundin:customer klant:customer klanten:customer cliente:customer clientes:customer clienti:customer kund:customer
   asiakas:customer zakaznik:customer klient:customer musteri:customer acheteur:buyer utilisateur:user usuario:user utente:user benutzer:user nutzer:user gebruiker:user paziente:patient
   paciente:patient haushalt:household abonne:subscriber abonnent:subscriber socio:member mitglied:member membre:member`
    .trim().split(/\s+/).map((pair) => pair.split(':')).map(([word, one]) => [word, [one, plural(one)]] as const),
);

const idWords = list('id ids no nr nbr num number nummer numero key code ref reference uuid guid hash identifier kennung pk cd idx identifiant codigo codice');
const neutral = list('unique anon anonymous anonymized master main original sold ship bill to from the of der des de del x y name dim fk src source raw external internal global primary');
const vocabulary = {
  order: list('order orders invoice invoices basket receipt transaction trans txn tx ticket bill booking purchase cart checkout rechnung bestellung bestell beleg bon auftrag commande facture pedido factura compra fattura ordine ordre ordem bestelling kvitto sale charge payment opportunity deal encounter reservation visit'),
  product: list('product products sku stock stockcode item items article artikel producto produit prodotto produkt asin ean upc gtin plu isbn material lineitem ware articulo referencia menu song track movie film book clothing'),
  quantity: list('quantity qty qnt quant menge anzahl cantidad quantite quantita aantal units unit pieces pcs stuck antal count items volume kolicina ilosc'),
  price: list('price unitprice preis stuckpreis einzelpreis precio prix prezzo prijs pris cena preco listprice'),
  amount: list('amount total revenue sales value spend spent paid gross net subtotal turnover dollar dollars euro euros eur usd gbp pounds betrag umsatz summe importe monto montant importo bedrag belopp gmv fee donation ticket monetary sum extended turnover valor kwota'),
  discount: list('discount disc rabatt rabais remise descuento desconto sconto korting rebate markdown promo'),
  category: list('category categories cat department dept class kategorie categoria categorie genre type series division warengruppe family group segment brand subcategory subclass rayon'),
  event: list('event action activity eventname eventtype stage status step verb interaction type operation aktion ereignis evento page'),
  text: list('review reviews comment comments text feedback message body description note notes complaint verbatim summary transcript kommentar commentaire comentario bewertung content'),
  time: list('date time timestamp datetime day created at ts datum zeit zeitpunkt zeitstempel fecha hora data heure jour dato dia when dt occurred paid ordered purchased placed redemption'),
} as const;

export type NameKind = keyof typeof vocabulary;

export interface NameHints {
  readonly timeName: boolean;
  readonly idName: boolean;
}

export function nameHints(name: string): NameHints {
  const words = tokens(name);
  return { timeName: isTimeName(words), idName: isIdName(words) };
}

/** How firmly a name says a kind: 2 = it is all the name says, 1 = among other words, 0 = not at all. */
export function nameScore(name: string, kind: NameKind): 0 | 1 | 2 {
  const words = tokens(name);
  const hit = words.filter((w) => vocabulary[kind].has(w));
  if (hit.length === 0) return 0;
  return words.every((w) => vocabulary[kind].has(w) || idWords.has(w) || neutral.has(w)) ? 2 : 1;
}

/** How firmly a name says "this is who the row belongs to", 0–100, and the word to call them by. */
export function entityName(name: string): { readonly score: number; readonly word?: readonly [string, string] } {
  const words = tokens(name);
  const found = words.find((w) => entityWords.has(w));
  const rest = words.filter((w) => !entityWords.has(w));
  const id = rest.some((w) => idWords.has(w));
  if (found && rest.every((w) => idWords.has(w) || neutral.has(w)))
    return { score: id ? 100 : rest.some((w) => w === 'name') ? 70 : 90, word: entityWords.get(found) };
  if (words.every((w) => w === 'email' || w === 'mail' || w === 'e' || w === 'address') && words.some((w) => w.endsWith('mail'))) return { score: 75 };
  if (words.length === 1 && (words[0] === 'uid' || words[0] === 'cid' || words[0] === 'mid')) return { score: 72, word: entityWords.get('customer') };
  if (words.length > 0 && words.every((w) => idWords.has(w) || neutral.has(w)) && words.some((w) => /^(id|ids|uuid|guid|key|identifier)$/.test(w))) return { score: 60 };
  return { score: 0 };
}

/** Named as an id or a code: "store_id", "invoice no", "zip"; not "number_of_items". */
export function isIdName(words: readonly string[]): boolean {
  if (/^(email|sku|upc|ean|asin|isbn|zip|zipcode|postcode|postalcode|plz|phone|telephone|mobile|msisdn|ssn|iban)$/.test(words.join(''))) return true;
  if (words.some((w) => /^(id|ids|uuid|guid|hash|identifier|kennung|sku|upc|zip)$/.test(w))) return true;
  const last = words[words.length - 1];
  return words.length > 1 && idWords.has(last) && !/^(number|num|no|nr|nbr)$/.test(words[0]);
}

const isTimeName = (words: readonly string[]): boolean =>
  words.some((w) => vocabulary.time.has(w)) && !words.some((w) => w === 'amount' || w === 'value' || w === 'total' || w === 'price' || vocabulary.quantity.has(w)) &&
  !(words.length > 1 && words.every((w) => w !== 'date' && w !== 'datetime' && w !== 'timestamp' && w !== 'created' && w !== 'datum' && w !== 'fecha' && w !== 'at' && w !== 'ts' && w !== 'dt' && w !== 'time' && w !== 'zeit'));

/** Names of what happened rather than of who someone is. */
export function isLabelName(name: string): boolean {
  const words = tokens(name);
  if (/^(y|target|label|outcome|class|churn|churned|exited|attrition|attrited|response|responded|converted|conversion|default|defaulted|readmitted|survived|treat|treated|treatment|subscribed|fraud|isfraud|visit|risk|creditrisk|classlabel|cluster)$/.test(words.join(''))) return true;
  return words.some((w) => /^(churn|churned|target|label|attrition|converted|readmitted|defaulted|outcome)$/.test(w)) && !words.some((w) => idWords.has(w));
}

const sensitiveWords = list('sex gender geschlecht sexo sexe sesso race ethnicity ethnic religion religious nationality national nationalitat nacionalidad foreign disability disabled orientation caste female male black hisp hispanic pregnant pregnancy marital pstatus married');

/** Names of protected characteristics: sex, race, religion, nationality, disability, marital status. */
/** Whole numbers counted rather than named: "number_of_cds", "n_items". */
export const isCountName = (name: string): boolean => /^(number|num|nb|n|no|nr|count)$/.test(tokens(name)[0] ?? '') && tokens(name).length > 1 && !isIdName(tokens(name));

/** Numbers that are neither money nor items, whatever their values look like. */
export const isOtherMeasure = (name: string): boolean =>
  tokens(name).some((w) =>
    /^(age|year|month|week|day|hour|duration|latency|score|rating|stars|rank|lat|latitude|lon|lng|longitude|temperature|temp|height|weight|distance|km|miles|percent|pct|rate|ratio|share|index|position|level|balance|limit|tenure|recency|frequency|points|probability|propensity|tax|taxes|vat|mwst|shipping|freight|porto|versand|cost|refunded|refund|tip|tips|margin|profit|hours|minutes|seconds|ms|size|length|width|zip)$/.test(w));

/** Names that say nothing: "column3", "V1", "x", "field_07". */
export const isBareName = (name: string): boolean => /^(col|column|field|var|variable|attr|attribute|feature|unnamed|spalte|champ|columna|[a-z])?[ _:.-]*\d*$/i.test(name.trim());

export const isSensitiveName = (name: string): boolean =>
  tokens(name).some((w) => sensitiveWords.has(w)) || /^(nativecountry|countryofbirth|birthcountry|placeofbirth|familienstand)$/.test(nameKey(name));

export const isAgeName = (name: string): boolean => tokens(name).some((w) => /^(age|alter|edad|birth|dob|born|geburtsdatum|geburtstag|senior)$/.test(w)) && !/place|city|country/i.test(name);

/** Times that describe an entity rather than place a row: birth, joining, expiry. */
export const isAttributeTime = (name: string): boolean =>
  tokens(name).some((w) => /^(birth|dob|born|birthday|birthdate|geburtsdatum|geburtstag|joined|join|signup|registered|registration|enrolled|enrolment|since|customer|member|first|last|updated|modified|expiry|expires|expiration|until|hire|hired|established|founded)$/.test(w)) || nameKey(name) === 'dtcustomer';

/** "customerid" and "orderdate" come without a seam: cut a known ending off a known word. */
function splitGlued(word: string): string[] {
  if (known(word)) return [word];
  const ending = /^(.{2,}?)(identifier|number|nummer|uuid|code|name|date|time|datum|id|no|nr|nbr|num|key)$/.exec(word);
  if (ending && known(ending[1])) return [ending[1], ending[2]];
  const beginning = /^(id|num|date|total|unit|order|product|customer|invoice|item)(.{2,})$/.exec(word);
  if (beginning && known(beginning[2])) return [beginning[1], beginning[2]];
  return [word];
}

const known = (word: string): boolean =>
  entityWords.has(word) || idWords.has(word) || Object.values(vocabulary).some((words) => words.has(word));
