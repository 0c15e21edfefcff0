// A reef on a sphere, drawn as flat shapes. It depends on the position alone, so every headset at 1:20 sees
// the turtle in the same place.
import type { Gaze } from '../../api/types';
import { angle_between } from '../live/gaze_words';

const radians = Math.PI / 180;
type Point = { x: number; y: number; scale: number };

/// A fixed pseudo-random sequence from 0 to 1, the same in every browser.
function sequence(seed: number): () => number {
    let state = seed;
    return () => {
        state = (state * 1664525 + 1013904223) % 4294967296;
        return state / 4294967296;
    };
}

export function turtle_at(position_ms: number): Gaze {
    const s = position_ms / 1000;
    return { yaw_deg: ((((s * 4 - 40 + 180) % 360) + 360) % 360) - 180, pitch_deg: 8 * Math.sin(s / 5) };
}

export function shoal_at(position_ms: number): Gaze {
    const s = position_ms / 1000;
    return {
        yaw_deg: ((((140 - s * 3 + 180) % 360) + 360) % 360) - 180,
        pitch_deg: 22 + 6 * Math.sin(s / 7),
    };
}

export function target_of(gaze: Gaze, position_ms: number): string | undefined {
    if (angle_between(gaze, turtle_at(position_ms)) < 14) return 'turtle';
    return angle_between(gaze, shoal_at(position_ms)) < 14 ? 'shoal' : undefined;
}

export function zone_of(gaze: Gaze): string {
    if (gaze.pitch_deg > 30) return 'surface';
    return gaze.pitch_deg < -20 ? 'sea floor' : 'reef';
}

const random = sequence(7);
const corals = Array.from({ length: 44 }, () => ({
    yaw_deg: random() * 360 - 180,
    pitch_deg: -24 - random() * 26,
    size: 4 + random() * 7,
    hue: [350, 28, 286, 45, 322][Math.floor(random() * 5)] as number,
}));
const bubbles = Array.from({ length: 60 }, () => ({
    yaw_deg: random() * 360 - 180,
    start: random() * 120,
    speed: 3 + random() * 5,
    size: 0.25 + random() * 0.6,
}));
const school = Array.from({ length: 26 }, () => ({
    dx: random() * 22 - 11,
    dy: random() * 12 - 6,
    size: 1 + random(),
}));

const water: [number, string][] = [
    [90, '#d9fbff'],
    [45, '#7fdcee'],
    [12, '#2fa4c7'],
    [-12, '#15789f'],
    [-30, '#3d8593'],
    [-42, '#b59f6c'],
    [-90, '#d8c48c'],
];

function water_at(pitch_deg: number): string {
    const clamped = Math.min(90, Math.max(-90, pitch_deg));
    for (const [index, [low, colour]] of water.entries()) {
        const above = water[index - 1];
        if (clamped < low || !above) continue;
        const share = (clamped - low) / (above[0] - low);
        return `color-mix(in srgb, ${above[1]} ${Math.round(share * 100)}%, ${colour})`;
    }
    return '#d8c48c';
}

export class Scene {
    private readonly field_deg = 85;

    /// With `around`, draws the whole sphere unrolled into one picture, as sphere.ts wants it, instead of one
    /// view.
    constructor(
        private readonly context: CanvasRenderingContext2D,
        private readonly around = false,
    ) {}

    draw(gaze: Gaze, position_ms: number): void {
        const { width, height } = this.context.canvas;
        this.draw_water(gaze, width, height);
        this.draw_rays(gaze, position_ms);
        for (const coral of corals) this.draw_coral(coral, gaze);
        this.draw_bubbles(gaze, position_ms);
        const shoal = shoal_at(position_ms);
        for (const [index, fish] of school.entries()) {
            const wiggle = Math.sin(position_ms / 300 + index);
            const at = {
                yaw_deg: shoal.yaw_deg + fish.dx,
                pitch_deg: shoal.pitch_deg + fish.dy + wiggle * 0.5,
            };
            this.draw_fish(at, fish.size, gaze);
        }
        this.draw_turtle(turtle_at(position_ms), position_ms, gaze);
    }

    private project(direction: Gaze, gaze: Gaze): Point | null {
        const { width, height } = this.context.canvas;
        if (this.around) {
            const x = ((direction.yaw_deg + 540) % 360) / 360;
            return { x: x * width, y: ((90 - direction.pitch_deg) / 180) * height, scale: width / 360 };
        }
        const yaw = (direction.yaw_deg - gaze.yaw_deg) * radians;
        const pitch = direction.pitch_deg * radians;
        const tilt = gaze.pitch_deg * radians;
        const x = Math.cos(pitch) * Math.sin(yaw);
        const y = Math.sin(pitch);
        const z = Math.cos(pitch) * Math.cos(yaw);
        const depth = z * Math.cos(tilt) + y * Math.sin(tilt);
        if (depth < 0.15) return null;
        const focal = Math.max(width, height) / 2 / Math.tan((this.field_deg / 2) * radians);
        const up = y * Math.cos(tilt) - z * Math.sin(tilt);
        return {
            x: width / 2 + (focal * x) / depth,
            y: height / 2 - (focal * up) / depth,
            scale: (focal * radians) / depth,
        };
    }

    private draw_water(gaze: Gaze, width: number, height: number): void {
        const context = this.context;
        const gradient = context.createLinearGradient(0, 0, 0, height);
        const focal = Math.max(width, height) / 2 / Math.tan((this.field_deg / 2) * radians);
        for (let step = 0; step <= 16; ++step) {
            const offset = Math.atan((height / 2 - (step / 16) * height) / focal) / radians;
            gradient.addColorStop(
                step / 16,
                water_at(this.around ? 90 - (step / 16) * 180 : gaze.pitch_deg + offset),
            );
        }
        context.fillStyle = gradient;
        context.fillRect(0, 0, width, height);
    }

    private draw_rays(gaze: Gaze, position_ms: number): void {
        const context = this.context;
        context.fillStyle = 'rgb(255 255 255 / 7%)';
        for (let index = 0; index < 12; ++index) {
            const yaw_deg = index * 30 + 6 * Math.sin(position_ms / 4000 + index);
            const corners = [
                this.project({ yaw_deg, pitch_deg: 75 }, gaze),
                this.project({ yaw_deg: yaw_deg + 5, pitch_deg: 75 }, gaze),
                this.project({ yaw_deg: yaw_deg + 12, pitch_deg: -5 }, gaze),
                this.project({ yaw_deg: yaw_deg - 2, pitch_deg: -5 }, gaze),
            ];
            if (corners.some((corner) => !corner)) continue;
            context.beginPath();
            for (const corner of corners as Point[]) context.lineTo(corner.x, corner.y);
            context.fill();
        }
    }

    private draw_coral(coral: (typeof corals)[number], gaze: Gaze): void {
        const at = this.project(coral, gaze);
        if (!at) return;
        const context = this.context;
        const size = coral.size * at.scale;
        context.save();
        context.translate(at.x, at.y);
        context.strokeStyle = `hsl(${coral.hue} 55% 52%)`;
        context.lineCap = 'round';
        for (const [lean, tall] of [
            [-0.5, 0.8],
            [-0.15, 1.1],
            [0.25, 0.95],
            [0.6, 0.7],
        ] as const) {
            context.lineWidth = size * 0.16;
            context.beginPath();
            context.moveTo(0, size * 0.4);
            context.quadraticCurveTo(lean * size * 0.3, 0, lean * size, -tall * size * 0.6);
            context.stroke();
        }
        context.restore();
    }

    private draw_bubbles(gaze: Gaze, position_ms: number): void {
        const context = this.context;
        context.strokeStyle = 'rgb(255 255 255 / 45%)';
        for (const bubble of bubbles) {
            const pitch_deg = ((bubble.start + (position_ms / 1000) * bubble.speed) % 120) - 45;
            const at = this.project({ yaw_deg: bubble.yaw_deg, pitch_deg }, gaze);
            if (!at) continue;
            context.lineWidth = Math.max(1, at.scale * 0.08);
            context.beginPath();
            context.arc(at.x, at.y, bubble.size * at.scale, 0, Math.PI * 2);
            context.stroke();
        }
    }

    private draw_fish(direction: Gaze, size: number, gaze: Gaze): void {
        const at = this.project(direction, gaze);
        if (!at) return;
        const context = this.context;
        const unit = size * at.scale;
        context.save();
        context.translate(at.x, at.y);
        context.fillStyle = '#ffd166';
        context.beginPath();
        context.ellipse(0, 0, unit, unit * 0.45, 0, 0, Math.PI * 2);
        context.moveTo(unit * 0.8, 0);
        context.lineTo(unit * 1.6, -unit * 0.5);
        context.lineTo(unit * 1.6, unit * 0.5);
        context.fill();
        context.restore();
    }

    private draw_turtle(direction: Gaze, position_ms: number, gaze: Gaze): void {
        const at = this.project(direction, gaze);
        if (!at) return;
        const context = this.context;
        const unit = 7 * at.scale;
        const stroke = Math.sin(position_ms / 500) * 0.35;
        context.save();
        context.translate(at.x, at.y);
        context.fillStyle = '#7aa65a';
        for (const [x, y, turn] of [
            [0.5, 0.35, 0.9 + stroke],
            [0.5, -0.35, -0.9 - stroke],
            [-0.6, 0.3, 2.4],
            [-0.6, -0.3, -2.4],
        ] as const) {
            context.beginPath();
            context.ellipse(x * unit, y * unit, unit * 0.75, unit * 0.2, turn, 0, Math.PI * 2);
            context.fill();
        }
        context.beginPath();
        context.ellipse(unit * 1.1, 0, unit * 0.32, unit * 0.24, 0, 0, Math.PI * 2);
        context.fill();
        context.fillStyle = '#4b6b3a';
        context.beginPath();
        context.ellipse(0, 0, unit, unit * 0.72, 0, 0, Math.PI * 2);
        context.fill();
        context.strokeStyle = '#8fb56c';
        context.lineWidth = unit * 0.06;
        context.beginPath();
        context.ellipse(0, 0, unit * 0.6, unit * 0.4, 0, 0, Math.PI * 2);
        context.moveTo(-unit, 0);
        context.lineTo(unit, 0);
        context.stroke();
        context.restore();
    }
}
