// An organisation may choose any colour. The page keeps its hue and moves its lightness until text is
// readable on it, and it is readable as text on the page's background: 4.5 to 1, WCAG 2.2 AA.

type Rgb = [number, number, number];

function rgb_of(hex: string): Rgb {
    const value = Number.parseInt(hex.slice(1), 16);
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function hex_of(rgb: Rgb): string {
    return '#' + rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('');
}

function luminance(rgb: Rgb): number {
    const [r, g, b] = rgb.map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as Rgb;
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: string, other: string): number {
    const [low, high] = [luminance(rgb_of(one)), luminance(rgb_of(other))].sort((a, b) => a - b) as [
        number,
        number,
    ];
    return (high + 0.05) / (low + 0.05);
}

/// `share` of `to` in `from`: 0 is from, 1 is to.
export function mix(from: string, to: string, share: number): string {
    const [a, b] = [rgb_of(from), rgb_of(to)];
    return hex_of(a.map((part, i) => part + ((b[i] as number) - part) * share) as Rgb);
}

/// The colour nearest to `colour`, on the way to `towards`, that contrasts enough with all `grounds`.
export function readable(colour: string, towards: string, grounds: string[], least = 4.5): string {
    for (let step = 0; step <= 50; ++step) {
        const candidate = mix(colour, towards, step / 50);
        if (grounds.every((ground) => contrast(candidate, ground) >= least)) return candidate;
    }
    return towards;
}

const white = '#ffffff';
const dark_ink = '#10151f';
const light_grounds = ['#ffffff', '#faf8f5', '#f3f0eb'];
const dark_grounds = ['#161412', '#1f1d1a', '#282521'];

export function accent_tokens(colour: string): Record<string, string> {
    const both = (light: string, dark: string) => `light-dark(${light}, ${dark})`;
    const fill = readable(colour, '#000000', [white]);
    const light_tint = mix(white, colour, 0.11);
    const dark_tint = mix('#1f1d1a', colour, 0.22);
    const text = readable(fill, '#000000', [...light_grounds, light_tint], 5);
    const dark_fill = readable(colour, white, [...dark_grounds, dark_ink], 5);
    const dark_text = readable(dark_fill, white, [...dark_grounds, dark_tint], 6);
    return {
        '--accent': both(fill, dark_fill),
        '--accent-hover': both(mix(fill, '#000000', 0.14), mix(dark_fill, white, 0.14)),
        '--accent-ink': both(white, dark_ink),
        '--accent-text': both(text, dark_text),
        '--accent-tint': both(light_tint, dark_tint),
        '--focus': both(
            readable(fill, '#000000', light_grounds, 6),
            readable(dark_fill, white, dark_grounds, 7),
        ),
    };
}
