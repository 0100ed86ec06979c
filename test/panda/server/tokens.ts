import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bearer tokens of a test server, and the `Origin` to send with each. */
export interface Tokens {
  readonly user: Token;
  /** Of the production role: pilots, and managed work. */
  readonly production: Token;
}

export interface Token {
  readonly token: string;
  readonly origin: string;
}

const VO = 'Rubin';
const KEY_ID = 'braid-test';
const LIFETIME_SECONDS = 7 * 24 * 3600;

/**
 * An issuer made of files: a key of this server's own signs the tokens, `publicDirectory`, which the server serves at
 * `url`, gets the discovery documents, and `authDirectory` the server's own list of clients.
 */
export function writeIssuer(url: string, publicDirectory: string, authDirectory: string): Tokens {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const issuer = `${url}/oidc/`;
  mkdirSync(join(publicDirectory, 'oidc'), { recursive: true });
  mkdirSync(join(publicDirectory, 'auth'), { recursive: true });
  mkdirSync(authDirectory, { recursive: true });
  writeJson(join(publicDirectory, 'oidc/openid-configuration'), {
    issuer,
    jwks_uri: `${issuer}jwks.json`,
    device_authorization_endpoint: `${issuer}device`,
    token_endpoint: `${issuer}token`,
  });
  writeJson(join(publicDirectory, 'oidc/jwks.json'), { keys: [jwkOf(publicKey)] });
  for (const role of [VO, `${VO}.production`]) {
    const config = {
      client_id: clientOf(role),
      client_secret: 'none',
      audience: url,
      oidc_config_url: `${issuer}openid-configuration`,
      vo: VO,
    };
    for (const directory of [authDirectory, join(publicDirectory, 'auth')])
      writeJson(join(directory, `${role}_auth_config.json`), config);
  }
  const user = { name: 'Ada Lovelace', preferred_username: 'ada', groups: [VO] };
  const robot = { name: 'Robot Pilot', preferred_username: 'pilot', groups: [`${VO}/production`] };
  return {
    user: { token: jwt(privateKey, issuer, clientOf(VO), user), origin: VO },
    production: {
      token: jwt(privateKey, issuer, clientOf(`${VO}.production`), robot),
      origin: `${VO}:production`,
    },
  };
}

function clientOf(role: string): string {
  return `braid-test-${role}`;
}

function jwkOf(key: KeyObject): object {
  return {
    ...createPublicKey(key.export({ type: 'spki', format: 'pem' })).export({ format: 'jwk' }),
    kid: KEY_ID,
    alg: 'RS256',
    use: 'sig',
  };
}

function jwt(key: KeyObject, issuer: string, client: string, claims: object): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: KEY_ID };
  const times = { iat: now - 60, exp: now + LIFETIME_SECONDS };
  const body = { iss: issuer, sub: client, aud: client, ...times, ...claims };
  const text = [header, body].map((part) => base64(JSON.stringify(part))).join('.');
  return `${text}.${base64(sign('RSA-SHA256', Buffer.from(text), key))}`;
}

function base64(data: string | Buffer): string {
  return Buffer.from(data).toString('base64url');
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
