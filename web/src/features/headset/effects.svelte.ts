// What a headset does on a teacher's order besides playing. An effect with an end carries it in server time
// and ends by itself, so that a headset that loses the box is never left in the dark.
import type { Gaze, LiveSchemas } from '../../api/types';

export type HeadsetCommand = LiveSchemas['HeadsetCommand'];
/// The effects that a headset hears again when it joins or returns.
type Controls = LiveSchemas['HeldControls'];
type Launched = LiveSchemas['LaunchArguments'];

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

    /// Carries out a command of this kind; false if it is of another kind.
    obey(command: HeadsetCommand): boolean {
        switch (command.action) {
            case 'eyes_on_me': {
                const { message = '', until_ms } = command.arguments;
                this.eyes = { message, until_ms };
                return true;
            }
            case 'release':
                this.eyes = null;
                return true;
            case 'look': {
                const { yaw_deg, pitch_deg, until_ms } = command.arguments;
                this.look = { towards: { yaw_deg, pitch_deg }, until_ms };
                return true;
            }
            case 'message':
                this.message = command.arguments;
                return true;
            case 'identify':
                this.identify_until_ms = command.arguments.until_ms;
                return true;
            case 'launch':
                this.launch = command.arguments;
                return true;
            case 'catch_up':
                this.launch = null;
                return true;
            case 'volume':
                this.volume = command.arguments.percent;
                return true;
            case 'brightness':
                this.brightness = command.arguments.percent;
                return true;
            case 'recenter':
                this.recentered++;
                return true;
            default:
                return false;
        }
    }

    adopt(controls: Controls, now_ms: number): void {
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
