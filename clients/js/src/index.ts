// A headset of Lectern for WebXR and Node. README.md has an example; docs/headset-protocol.md has the rules.
export { own_ms, ServerTime } from './clock.js';
export { Content, type ContentStore } from './content.js';
export { EventQueue, type Batch, type Store } from './events.js';
export { Headset, Refusal, type HeadsetApp, type HeadsetOptions } from './headset.js';
export { kind_of, Lesson, type Playing } from './lesson.js';
export { is_let_in, pair_by_code, pair_by_sign_in, PairingError, type Pairing } from './pairing.js';
export { after_answer, after_close, again_after, next_range, pause_ms, rate_for, read_qr } from './rules.js';
export type * from './types.js';
