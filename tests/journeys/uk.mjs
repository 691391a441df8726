// A whole journey at a UK bank under FAPI 1.0 Advanced, by a client that shares nothing with this repository: registration,
// consent, login, accounts, a signed payment, its status. Takes the addresses of the sandbox from its environment.
import crypto from 'node:crypto';
import https from 'node:https';

const { CONTROL, BANK, ISSUER, VERSION } = process.env;
const api = `/open-banking/${VERSION}`;
const b64 = (data) => Buffer.from(data).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);
const expect = (truth, what) => { if (!truth) throw new Error(what); };

async function control(path, body) {
  const answer = await fetch(`${CONTROL}${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.ok, `control ${path}: ${answer.status}`);
  return answer.json();
}

const bundle = await control('/v1/certificates', { name: 'Journey', kind: 'rsa' });
const agent = new https.Agent({
  ca: bundle.ca_pem, cert: bundle.transport.certificate_pem, key: bundle.transport.private_key_pem, keepAlive: false,
});
const signing = crypto.createPrivateKey(bundle.signing.private_key_pem);
const kid = bundle.jwks.keys[0].kid;

function rsa(text, algorithm = 'PS256') {
  expect(algorithm === 'PS256', algorithm);
  const padding = crypto.constants.RSA_PKCS1_PSS_PADDING;
  return b64(crypto.sign('sha256', Buffer.from(text), { key: signing, padding, saltLength: 32 }));
}

function jwt(claims) {
  const text = `${b64(JSON.stringify({ alg: 'PS256', kid, typ: 'JWT' }))}.${b64(JSON.stringify(claims))}`;
  return `${text}.${rsa(text)}`;
}

// A detached signature as message signing wants it since 3.1.4.
function detached(body) {
  const claim = (name) => `http://openbanking.org.uk/${name}`;
  const header = b64(JSON.stringify({
    alg: 'PS256', kid, typ: 'JOSE', cty: 'application/json', [claim('iat')]: now(), [claim('iss')]: 'org/journey',
    [claim('tan')]: 'openbanking.org.uk', crit: [claim('iat'), claim('iss'), claim('tan')],
  }));
  return `${header}..${rsa(`${header}.${b64(body)}`)}`;
}

function call(method, url, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, agent, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => { text += chunk; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text, json: () => JSON.parse(text) }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function good(method, path, headers, body, due) {
  const answer = await call(method, path.startsWith('http') ? path : `${BANK}${path}`, headers, body);
  expect(answer.status === due, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

// 1. Registration: a signed request with a statement of the directory, over mutual TLS.
const redirect_uri = 'https://journey.example/callback';
const { software_statement } = await control('/v1/worlds/default/software-statements', {
  software_id: 'journey', redirect_uris: [redirect_uri], jwks: bundle.jwks,
});
const registration = jwt({
  iss: 'journey', aud: ISSUER, iat: now(), exp: now() + 300, jti: crypto.randomUUID(), software_statement,
  token_endpoint_auth_method: 'private_key_jwt', grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
  response_types: ['code id_token'], redirect_uris: [redirect_uri], request_object_signing_alg: 'PS256',
  id_token_signed_response_alg: 'PS256', token_endpoint_auth_signing_alg: 'PS256',
});
const client = (await good('POST', '/oauth/register', { 'content-type': 'application/jwt' }, registration, 201)).json();
console.log('registered');

async function token(form) {
  const assertion = jwt({ iss: client.client_id, sub: client.client_id, aud: ISSUER, iat: now(), exp: now() + 60, jti: crypto.randomUUID() });
  const body = new URLSearchParams({
    ...form, client_id: client.client_id, client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return (await good('POST', '/oauth/token', headers, body.toString(), 200)).json();
}

// 2. The account holder agrees to a consent: the request object names it, and demands strong authentication.
async function agreed(scope, consent) {
  const acr = { essential: true, value: 'urn:openbanking:psd2:sca' };
  const intent = { value: consent, essential: true };
  const nonce = crypto.randomUUID();
  const request = jwt({
    iss: client.client_id, aud: ISSUER, nbf: now(), exp: now() + 300, response_type: 'code id_token', client_id: client.client_id,
    redirect_uri, scope: `openid ${scope}`, state: 'state', nonce, login_hint: 'alice',
    claims: { id_token: { acr, openbanking_intent_id: intent } },
  });
  const query = new URLSearchParams({ client_id: client.client_id, response_type: 'code id_token', scope: `openid ${scope}`, request });
  const answer = await good('GET', `/oauth/authorize?${query}`, {}, undefined, 303);
  const back = new URLSearchParams(new URL(answer.headers.location).hash.slice(1));
  expect(back.get('code'), answer.headers.location);
  const identity = JSON.parse(Buffer.from(back.get('id_token').split('.')[1], 'base64url').toString());
  expect(identity.openbanking_intent_id === consent && identity.nonce === nonce && identity.acr === acr.value, JSON.stringify(identity));
  return token({ grant_type: 'authorization_code', code: back.get('code'), redirect_uri });
}

const bearer = (tokens) => ({ authorization: `Bearer ${tokens.access_token}`, 'x-fapi-interaction-id': crypto.randomUUID(), accept: 'application/json' });
const json = { 'content-type': 'application/json' };

// 3. Accounts.
const own = await token({ grant_type: 'client_credentials', scope: 'accounts payments' });
const asked = JSON.stringify({ Data: { Permissions: ['ReadAccountsDetail', 'ReadBalances'] }, Risk: {} });
const access = (await good('POST', `${api}/aisp/account-access-consents`, { ...bearer(own), ...json }, asked, 201)).json();
const reader = await agreed('accounts', access.Data.ConsentId);
const accounts = (await good('GET', `${api}/aisp/accounts`, bearer(reader), undefined, 200)).json().Data.Account;
const balances = (await good('GET', `${api}/aisp/accounts/${accounts[0].AccountId}/balances`, bearer(reader), undefined, 200)).json();
expect(balances.Data.Balance.length > 0, 'balances');
console.log('read');

// A token is of no use without the certificate it is bound to.
const stolen = await new Promise((resolve, reject) => {
  https.get(`${BANK}${api}/aisp/accounts`, { ca: bundle.ca_pem, agent: false, headers: bearer(reader) }, resolve).on('error', reject);
});
expect(stolen.statusCode === 401, `stolen token: ${stolen.statusCode}`);
console.log('bound');

// 4. A payment: signed by both sides.
const initiation = {
  InstructionIdentification: 'J1', EndToEndIdentification: 'J1', InstructedAmount: { Amount: '1.00', Currency: 'GBP' },
  CreditorAccount: { SchemeName: 'UK.OBIE.SortCodeAccountNumber', Identification: '20000155555555', Name: 'Journey' },
};
const signed = (tokens, body) => ({ ...bearer(tokens), ...json, 'x-idempotency-key': crypto.randomUUID(), 'x-jws-signature': detached(body) });
const wish = JSON.stringify({ Data: { Initiation: initiation }, Risk: {} });
const unsigned = { ...bearer(own), ...json, 'x-idempotency-key': crypto.randomUUID() };
await good('POST', `${api}/pisp/domestic-payment-consents`, unsigned, wish, 400);
const consent = (await good('POST', `${api}/pisp/domestic-payment-consents`, signed(own, wish), wish, 201)).json();
const payer = await agreed('payments', consent.Data.ConsentId);
const order = JSON.stringify({ Data: { ConsentId: consent.Data.ConsentId, Initiation: initiation }, Risk: {} });
const paid = await good('POST', `${api}/pisp/domestic-payments`, signed(payer, order), order, 201);
const [header, signature] = paid.headers['x-jws-signature'].split('..');
const keys = (await good('GET', '/oauth/jwks', {}, undefined, 200)).json().keys;
const named = JSON.parse(Buffer.from(header, 'base64url').toString()).kid;
const key = crypto.createPublicKey({ key: keys.find((one) => one.kid === named), format: 'jwk' });
const options = { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
const good_signature = crypto.verify('sha256', Buffer.from(`${header}.${b64(paid.text)}`), options, Buffer.from(signature, 'base64url'));
expect(good_signature, 'the signature of the bank');
console.log('paid');

// 5. Its status, with the client's own token.
const payment = paid.json().Data.DomesticPaymentId;
const status = (await good('GET', `${api}/pisp/domestic-payments/${payment}`, bearer(own), undefined, 200)).json();
console.log(`status ${status.Data.Status}`);
process.exit(0);
