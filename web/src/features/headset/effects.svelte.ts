// What a headset does on a teacher's order besides playing. An effect with an end carries it in server time
// and ends by itself, so that a headset that loses the box is never left in the dark.
import type { Gaze } from '../../api/types';

export type Launched = { kind: string; content: string; title: string };
/// The effects that a headset hears again when it joins or returns.
export type Controls = {
    eyes_on_me: { message?: string; until_ms: number } | null;
    look: (Gaze & { until_ms: number }) | null;
    launch: Launched | null;
    volume: number | null;
    brightness: number | null;
};
const default_seconds: Record<string, number> = { look: 30, eyes_on_me: 60, message: 10, identify: 5 };

export class Effects {
    /// The view is dim and silent until this time, or until released.
    eyes: { message: string; until_ms: number } | null = $state.raw(null);
    /// Where to look, until the student has looked there for a moment or the order expires.
    look: { towards: Gaze; until_ms: number } | null = $state.raw(null);
    message: { text: string; until_ms: number } | null = $state.raw(null);
    identify_until_ms = $state(0);
    launch: Launched | null = $state.raw(null);
    volume = $state(100);
    brightness = $state(100);
    /// How many orders to recenter have arrived.
    recentered = $state(0);

    /// Carries out an action of this kind; false if it is of another kind.
    obey(action: string, given: Record<string, unknown>, at_ms: number): boolean {
        const until_ms = Number(
            given.until_ms ?? at_ms + 1000 * Number(given.seconds ?? default_seconds[action] ?? 0),
        );
        const text = (name: string) => String(given[name] ?? '');
        switch (action) {
            case 'eyes_on_me':
                this.eyes = { message: text('message'), until_ms };
                return true;
            case 'release':
                this.eyes = null;
                return true;
            case 'look':
                this.look = {
                    towards: { yaw_deg: Number(given.yaw_deg), pitch_deg: Number(given.pitch_deg) },
                    until_ms,
                };
                return true;
            case 'message':
                this.message = { text: text('text'), until_ms };
                return true;
            case 'identify':
                this.identify_until_ms = until_ms;
                return true;
            case 'launch':
                this.launch = { kind: text('kind'), content: text('content'), title: text('title') };
                return true;
            case 'catch_up':
                this.launch = null;
                return true;
            case 'volume':
                this.volume = Number(given.percent);
                return true;
            case 'brightness':
                this.brightness = Number(given.percent);
                return true;
            case 'recenter':
                this.recentered++;
                return true;
            default:
                return false;
        }
    }

    adopt(controls: Controls | undefined, now_ms: number): void {
        if (!controls) return;
        const { eyes_on_me, look, launch, volume, brightness } = controls;
        this.eyes = eyes_on_me && { message: eyes_on_me.message ?? '', until_ms: eyes_on_me.until_ms };
        this.look = look && { towards: look, until_ms: look.until_ms };
        this.launch = launch;
        this.volume = volume ?? 100;
        this.brightness = brightness ?? 100;
        this.tick(now_ms);
    }

    /// Called several times a second: ends what is over.
    tick(now_ms: number): void {
        if (this.eyes && now_ms >= this.eyes.until_ms) this.eyes = null;
        if (this.look && now_ms >= this.look.until_ms) this.look = null;
        if (this.message && now_ms >= this.message.until_ms) this.message = null;
        if (this.identify_until_ms && now_ms >= this.identify_until_ms) this.identify_until_ms = 0;
    }

    looked(): void {
        this.look = null;
    }

    /// The lesson is over: don't leave anybody in the dark because of it.
    clear(): void {
        this.eyes = this.look = this.message = this.launch = null;
        this.identify_until_ms = 0;
    }
}
