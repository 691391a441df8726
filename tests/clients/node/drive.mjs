// A certified client library against a running sandbox, flow by flow.
//
//   node drive.mjs READY_FILE
//
// READY_FILE is what `bank-sandbox --tls --ready-file` wrote. Each flow makes a world of its own and ends with one line:
// `ok NAME` or `not ok NAME: REASON`. The library is used as published: nothing of it is replaced but the connection it
// makes (its `customFetch`), because a client certificate has no other way in.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import * as client from 'openid-client'
import * as jose from 'jose'
import { Agent, fetch } from 'undici'

const ready = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const port = (address) => address.split(':').pop()
const TLS = `https://localhost:${port(ready.tls.address)}`
const REDIRECT = 'https://app.example/cb'
const SCOPE = 'openid accounts transactions'

const control = async (method, path, body) => {
  const answer = await fetch(`${ready.control_url}${path}`, { method, body: body && JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return path.endsWith('.pem') ? text : JSON.parse(text)
}
const ca = await control('GET', '/v1/ca.pem')

/** The connection of one client: trusts the sandbox's authority, shows its certificate if it has one. */
const connection = (identity) => {
  const connect = { ca, cert: identity?.certificate_pem, key: identity?.private_key_pem }
  const dispatcher = new Agent({ connect })
  return (url, options) => fetch(url, { ...options, dispatcher })
}

const assert = (fact, what) => {
  if (!fact) throw new Error(what)
}
const fails = async (promise, code) => {
  const error = await promise.then(
    () => undefined,
    (error) => error,
  )
  assert(error, `${code} was due, and all went well`)
  const said = [error.error, error.code, error.cause?.[0]?.parameters?.error, error.message]
  assert(said.includes(code), `${code} was due, not ${said}`)
}

let worlds = 0
/** A world whose bank has these security settings and others, and rules; the issuer in it. */
const bank = async (security, { more = '', rules = '' } = {}) => {
  const name = `node-${++worlds}`
  const settings = Object.entries(security).map(([key, value]) => `${key}: ${value}`)
  const described = `{ security: { ${settings.join(', ')} }${more} }`
  const scenario = `sandbox: 1\nname: ${name}\nbanks:\n  plain: ${described}\n${rules}`
  await control('POST', '/v1/worlds', { name, scenario })
  return { world: name, issuer: new URL(`${TLS}/w/${name}/plain`) }
}

/** Certificates, and the key that signs, as `bank-sandbox cert` writes them. */
const software = async (world) => {
  const bundle = await control('POST', '/v1/certificates', { name: 'node-client' })
  const [jwk] = bundle.private_jwks.keys
  const key = { key: await jose.importJWK(jwk, jwk.alg), kid: jwk.kid }
  const statement = { redirect_uris: [REDIRECT], jwks: bundle.jwks, software_id: 'node-client' }
  const vouched = await control('POST', `/v1/worlds/${world}/software-statements`, statement)
  return { bundle, key, statement: vouched.software_statement }
}

/** Registers by RFC 7591 with the directory's word for it, the way in at a bank of FAPI. */
const register = async ({ world, issuer }, method, metadata, ...execute) => {
  const own = await software(world)
  const authentication = method === 'private_key_jwt' ? client.PrivateKeyJwt(own.key) : client.TlsClientAuth()
  const asked = {
    software_statement: own.statement,
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: method,
    use_mtls_endpoint_aliases: true,
    grant_types: ['authorization_code', 'refresh_token'],
    ...(method === 'tls_client_auth' && { tls_client_auth_subject_dn: own.bundle.transport.subject }),
    ...(method === 'self_signed_tls_client_auth' && { jwks: own.bundle.jwks }),
    ...metadata,
  }
  const options = { [client.customFetch]: connection(own.bundle.transport), execute }
  // Registering needs the certificate, so it happens at the twin of the endpoint (RFC 8705 5).
  const config = await client.dynamicClientRegistration(issuer, asked, authentication, options)
  return { config, key: own.key }
}

/** What a browser would do: the bank decides by itself for the account holder the hint names. */
const browse = async (url) => {
  const answer = await connection()(url, { redirect: 'manual' })
  assert(answer.status === 303, `the browser was answered ${answer.status}: ${await answer.text()}`)
  return new URL(answer.headers.get('location'))
}

/** A fresh authorization request, and what its answer is checked against. */
const request = async (more) => {
  const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState() }
  checks.expectedNonce = client.randomNonce()
  const parameters = {
    redirect_uri: REDIRECT,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    login_hint: 'alice',
    ...more,
  }
  return { parameters, checks }
}

/** Reads the accounts with a token, at the given listener. */
const read = async (config, tokens, base, options) => {
  const answer = await client.fetchProtectedResource(
    config,
    tokens.access_token,
    new URL(`${base}/accounts`),
    'GET',
    undefined,
    undefined,
    options,
  )
  assert(answer.status === 200, `accounts: ${answer.status} ${await answer.clone().text()}`)
  assert((await answer.json()).data.length > 0, 'no accounts')
}

/** A whole login at a bank of OpenID Connect, with any parameters more. */
const loggedIn = async (config, more) => {
  const { parameters, checks } = await request({ redirect_uri: 'http://127.0.0.1:4000/callback', ...more })
  const back = await browse(client.buildAuthorizationUrl(config, parameters))
  return client.authorizationCodeGrant(config, back, checks)
}

const secured = (execute = []) => ({ [client.customFetch]: connection(), execute })
const mutual = (config) => config.serverMetadata().mtls_endpoint_aliases.token_endpoint.replace('/oauth/token', '')

const flows = {
  async 'code-pkce'() {
    const { issuer } = await bank({ profile: 'plain', sender: 'none', signing: 'RS256' })
    const config = await client.discovery(issuer, 'demo', 'demo-secret', undefined, secured())
    const { parameters, checks } = await request({ redirect_uri: 'http://127.0.0.1:4000/callback' })
    const back = await browse(client.buildAuthorizationUrl(config, parameters))
    const tokens = await client.authorizationCodeGrant(config, back, checks)
    assert(tokens.token_type === 'bearer' && tokens.claims().sub, 'no id_token')
    await read(config, tokens, issuer)
    const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
    assert(user.sub === tokens.claims().sub, 'another account holder')
    await fails(client.authorizationCodeGrant(config, back, checks), 'invalid_grant')
  },

  async 'refresh-introspection-revocation'() {
    const { issuer } = await bank({ profile: 'plain', sender: 'none', access_tokens: 'jwt' })
    const config = await client.discovery(issuer, 'demo', undefined, client.ClientSecretBasic('demo-secret'), secured())
    client.enableNonRepudiationChecks(config)
    const { parameters, checks } = await request({ redirect_uri: 'http://127.0.0.1:4000/callback' })
    const first = await client.authorizationCodeGrant(config, await browse(client.buildAuthorizationUrl(config, parameters)), checks)
    const second = await client.refreshTokenGrant(config, first.refresh_token, { scope: 'accounts' })
    assert(second.access_token !== first.access_token && second.scope === 'accounts', 'not narrowed')
    const says = await client.tokenIntrospection(config, second.access_token)
    assert(says.active && says.scope === 'accounts' && says.client_id === 'demo', JSON.stringify(says))
    await client.tokenRevocation(config, second.refresh_token)
    assert(!(await client.tokenIntrospection(config, second.access_token)).active, 'revoked, and still active')
    await fails(client.refreshTokenGrant(config, second.refresh_token), 'invalid_grant')
  },

  async par() {
    const { issuer } = await bank({ profile: 'plain', sender: 'none' })
    const config = await client.discovery(issuer, 'demo', 'demo-secret', undefined, secured())
    const { parameters, checks } = await request({
      redirect_uri: 'http://127.0.0.1:4000/callback',
      authorization_details: JSON.stringify([{ type: 'account_information', actions: ['list_accounts'] }]),
    })
    const url = await client.buildAuthorizationUrlWithPAR(config, parameters)
    assert(url.searchParams.get('request_uri').startsWith('urn:'), `${url}`)
    const tokens = await client.authorizationCodeGrant(config, await browse(url), checks)
    assert(tokens.authorization_details[0].type === 'account_information', 'no authorization_details')
    await read(config, tokens, issuer)
  },

  async 'private-key-jwt-dpop-nonces'() {
    for (const nonces of ['both', 'single-use']) {
      const place = await bank({ profile: 'fapi2-security', sender: 'dpop', nonces })
      const { config } = await register(place, 'private_key_jwt')
      const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
      const { parameters, checks } = await request()
      const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
      const tokens = await client.authorizationCodeGrant(config, await browse(url), checks, undefined, { DPoP })
      assert(tokens.token_type === 'dpop', tokens.token_type)
      await read(config, tokens, place.issuer, { DPoP })
      await read(config, tokens, place.issuer, { DPoP })
      const next = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })
      await read(config, next, place.issuer, { DPoP })
      const thief = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
      await fails(read(config, next, place.issuer, { DPoP: thief }), 'OAUTH_WWW_AUTHENTICATE_CHALLENGE')
    }
  },

  async 'jar-jarm-mtls'() {
    const place = await bank({ profile: 'fapi2-message-signing', sender: 'mtls', signing: 'ES256' })
    const wants = { authorization_signed_response_alg: 'ES256', id_token_signed_response_alg: 'ES256' }
    const { config, key } = await register(place, 'tls_client_auth', wants, client.useJwtResponseMode)
    const { parameters, checks } = await request({ response_mode: 'jwt' })
    const { searchParams } = await client.buildAuthorizationUrlWithJAR(config, parameters, key)
    const back = await browse(await client.buildAuthorizationUrlWithPAR(config, searchParams))
    assert(back.searchParams.has('response') && !back.searchParams.has('code'), `${back}`)
    const tokens = await client.authorizationCodeGrant(config, back, checks)
    await read(config, tokens, mutual(config))
    const says = await client.tokenIntrospection(config, tokens.access_token)
    assert(says.active && says.cnf['x5t#S256'], JSON.stringify(says))
    // Without its certificate the token opens nothing.
    const bare = await connection()(`${place.issuer}/accounts`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    assert(bare.status === 401, `a stolen token was answered ${bare.status}`)
  },

  async 'hybrid-jar-mtls'() {
    const place = await bank({ profile: 'fapi1-advanced', signing: 'PS256' })
    const wants = { id_token_signed_response_alg: 'PS256', response_types: ['code id_token'] }
    const { config, key } = await register(
      place,
      'private_key_jwt',
      wants,
      client.useCodeIdTokenResponseType,
      client.enableDetachedSignatureResponseChecks,
    )
    const { parameters, checks } = await request()
    const now = Math.floor(Date.now() / 1000)
    const url = await client.buildAuthorizationUrlWithJAR(config, parameters, key, {
      [client.modifyAssertion]: (_, claims) => Object.assign(claims, { nbf: now, exp: now + 300 }),
    })
    const tokens = await client.authorizationCodeGrant(config, await browse(url), checks)
    await read(config, tokens, mutual(config))
    await read(config, await client.refreshTokenGrant(config, tokens.refresh_token), mutual(config))
  },

  async 'self-signed-mtls'() {
    const place = await bank({ profile: 'fapi2-security', sender: 'mtls' })
    const { config } = await register(place, 'self_signed_tls_client_auth')
    const { parameters, checks } = await request()
    const tokens = await client.authorizationCodeGrant(config, await browse(await client.buildAuthorizationUrlWithPAR(config, parameters)), checks)
    await read(config, tokens, mutual(config))
  },

  async 'ciba-poll'() {
    const place = await bank({ profile: 'fapi-ciba' })
    const grant = { grant_types: ['urn:openid:params:grant-type:ciba'], backchannel_token_delivery_mode: 'poll', response_types: [] }
    const { config, key } = await register(place, 'private_key_jwt', { ...grant, redirect_uris: undefined })
    const { client_id } = config.clientMetadata()
    const signed = new jose.SignJWT({ scope: 'openid accounts', login_hint: 'alice', binding_message: 'W4-SCT' })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid })
      .setIssuer(client_id)
      .setAudience(config.serverMetadata().issuer)
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime('5m')
      .setJti(client.randomNonce())
    const asked = await client.initiateBackchannelAuthentication(config, { request: await signed.sign(key.key) })
    const tokens = await client.pollBackchannelAuthenticationGrant(config, asked)
    await read(config, tokens, mutual(config))
  },

  async device() {
    const { world, issuer } = await bank({ profile: 'plain', sender: 'none' })
    const config = await client.discovery(issuer, 'demo', 'demo-secret', undefined, secured())
    const asked = await client.initiateDeviceAuthorization(config, { scope: 'openid accounts' })
    const [login] = await control('GET', `/v1/worlds/${world}/logins`)
    await control('POST', `/v1/worlds/${world}/logins/${login.login_id}`, { outcome: 'approve', username: 'alice' })
    await read(config, await client.pollDeviceAuthorizationGrant(config, asked), issuer)
  },

  async 'client-credentials'() {
    const { issuer } = await bank({ profile: 'client-credentials' })
    const config = await client.discovery(issuer, 'demo', 'demo-secret', undefined, secured())
    const tokens = await client.clientCredentialsGrant(config, { scope: 'accounts' })
    assert(tokens.scope === 'accounts' && tokens.expires_in > 0, JSON.stringify(tokens))
    await fails(client.clientCredentialsGrant(config, { scope: 'no-such-scope' }), 'invalid_scope')
  },

  async 'deny-and-logout'() {
    const { issuer } = await bank({ profile: 'plain', sender: 'none' })
    const config = await client.discovery(issuer, 'demo', 'demo-secret', undefined, secured())
    const uri = 'http://127.0.0.1:4000/callback'
    const refused = await request({ redirect_uri: uri, login_hint: 'alice:deny' })
    const denied = await browse(client.buildAuthorizationUrl(config, refused.parameters))
    await fails(client.authorizationCodeGrant(config, denied, refused.checks), 'access_denied')
    const { parameters, checks } = await request({ redirect_uri: uri })
    const tokens = await client.authorizationCodeGrant(config, await browse(client.buildAuthorizationUrl(config, parameters)), checks)
    const out = { post_logout_redirect_uri: uri, id_token_hint: tokens.id_token, state: 'bye' }
    const gone = await browse(client.buildEndSessionUrl(config, out))
    assert(`${gone}` === `${uri}?state=bye`, `${gone}`)
  },

  async 'mix-up-and-foreign-state'() {
    const [honest, other] = [await bank({ profile: 'plain', sender: 'none' }), await bank({ profile: 'plain', sender: 'none' })]
    const config = await client.discovery(honest.issuer, 'demo', 'demo-secret', undefined, secured())
    const { parameters, checks } = await request({ redirect_uri: 'http://127.0.0.1:4000/callback' })
    const back = await browse(client.buildAuthorizationUrl(config, parameters))
    const changed = (name, value) => {
      const url = new URL(back)
      url.searchParams.set(name, value)
      return client.authorizationCodeGrant(config, url, checks)
    }
    // A client that is certified stops, and no token endpoint hears of the code.
    await fails(changed('iss', other.issuer.href), 'OAUTH_INVALID_RESPONSE')
    await fails(changed('state', 'somebody-elses'), 'OAUTH_INVALID_RESPONSE')
    for (const { world } of [honest, other]) {
      const { ended } = await control('GET', `/v1/worlds/${world}/journal/counters`)
      assert(!ended.some((row) => row.operation === 'token.issue'), 'a code was redeemed')
    }
    assert((await client.authorizationCodeGrant(config, back, checks)).access_token, 'the right answer was refused')
  },

  async 'keys-rotated'() {
    const rules = 'rules:\n  - { name: rotation, event: token.issued, do: { bank: { signing_keys: rotated } } }\n'
    const { issuer } = await bank({ profile: 'plain', sender: 'none' }, { rules })
    const config = await client.discovery(issuer, 'demo', 'demo-secret', undefined, secured([client.enableNonRepudiationChecks]))
    const kids = new Set()
    for (const turn of [1, 2]) {
      const tokens = await loggedIn(config)
      assert(tokens.claims().sub, `turn ${turn}`)
      kids.add(jose.decodeProtectedHeader(tokens.id_token).kid)
    }
    // The second key was published before it signed, so the set read at first was enough.
    assert(kids.size === 2, 'the key did not change')
  },

  async 'step-up'() {
    const more = ', step_up: [{ operations: [accounts.list], acr: [phr] }]'
    const { issuer } = await bank({ profile: 'plain', sender: 'none' }, { more })
    const config = await client.discovery(issuer, 'demo', 'demo-secret', undefined, secured())
    const weak = await loggedIn(config)
    const challenge = await read(config, weak, issuer).then(
      () => undefined,
      (error) => error.cause?.[0]?.parameters,
    )
    assert(challenge?.error === 'insufficient_user_authentication', `the challenge: ${JSON.stringify(challenge)}`)
    const strong = await loggedIn(config, { acr_values: challenge.acr_values })
    assert(strong.claims().acr === 'phr', `acr: ${strong.claims().acr}`)
    await read(config, strong, issuer)
  },

  async 'published-keys'() {
    const make = async (kid) => {
      const pair = await jose.generateKeyPair('ES256', { extractable: true })
      const jwk = { ...(await jose.exportJWK(pair.publicKey)), kid, use: 'sig', alg: 'ES256' }
      return { jwk, key: { key: pair.privateKey, kid } }
    }
    const keys = await make('first')
    let asked = 0
    const server = createServer((_, answer) => {
      asked += 1
      answer.setHeader('content-type', 'application/jwk-set+json')
      answer.end(JSON.stringify({ keys: [keys.jwk] }))
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const { issuer } = await bank({ profile: 'plain', sender: 'none' })
      const metadata = {
        redirect_uris: ['http://127.0.0.1:4000/callback'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `http://127.0.0.1:${server.address().port}/jwks.json`,
      }
      const config = await client.dynamicClientRegistration(issuer, metadata, client.PrivateKeyJwt(keys.key), secured())
      await loggedIn(config)
      await loggedIn(config)
      assert(asked === 1, `the keys were fetched ${asked} times`)
    } finally {
      server.close()
    }
  },
}

const chosen = process.argv.slice(3)
const run = async ([name, flow]) => {
  try {
    await flow()
    console.log(`ok ${name}`)
  } catch (error) {
    const why = [error.message, error.error, error.error_description, error.cause && JSON.stringify(error.cause)]
    console.log(`not ok ${name}: ${why.filter(Boolean).join(' | ')}`)
    if (process.env.TRACE) console.log(error)
    process.exitCode = 1
  }
}
await Promise.all(Object.entries(flows).filter(([name]) => !chosen.length || chosen.includes(name)).map(run))
