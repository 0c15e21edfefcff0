// The code that an authenticator app shows for a secret in base32 (RFC 6238: six digits, 30 seconds, SHA-1).
import { createHmac } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function totp(secret, at_ms = Date.now()) {
    const bits = [...secret.replace(/\s/g, '')]
        .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
        .join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(at_ms / 30_000)));
    const digest = createHmac('sha1', key).update(step).digest();
    const value = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
    return String(value % 1_000_000).padStart(6, '0');
}
