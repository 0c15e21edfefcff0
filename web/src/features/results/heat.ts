// A heat map of gaze in one hue from faint to strong, so that it is readable in print and by the
// colour-blind.
import type { GazeGrid } from '../../api/types';

/// Turns counts into strengths from 0 to 1 and softens them over the neighbouring cells (left and right edge
/// touch), so that a map of few samples shows places and not squares. `most` gives several maps the same
/// scale.
export function strengths(grid: GazeGrid, most?: number): Float32Array {
    const { columns, rows, counts } = grid;
    const soft = new Float32Array(columns * rows);
    for (let row = 0; row < rows; ++row)
        for (let column = 0; column < columns; ++column) {
            let sum = 0;
            let weight = 0;
            for (let dy = -1; dy <= 1; ++dy)
                for (let dx = -1; dx <= 1; ++dx) {
                    const y = row + dy;
                    if (y < 0 || y >= rows) continue;
                    const part = (2 - Math.abs(dx)) * (2 - Math.abs(dy));
                    sum += part * (counts[y * columns + ((column + dx + columns) % columns)] ?? 0);
                    weight += part;
                }
            soft[row * columns + column] = sum / weight;
        }
    const top = most ?? Math.max(...soft);
    if (top > 0)
        for (let i = 0; i < soft.length; ++i) soft[i] = Math.min(1, Math.sqrt((soft[i] as number) / top));
    return soft;
}

type Stop = [number, number, number, number];
// From transparent over amber to a deep red. It gets darker on light, which is also how it prints.
const scale: Stop[] = [
    [255, 214, 120, 0],
    [250, 190, 90, 90],
    [240, 130, 50, 190],
    [206, 60, 40, 235],
    [120, 16, 48, 255],
];

export function colour_of(strength: number): Stop {
    const at = Math.min(1, Math.max(0, strength)) * (scale.length - 1);
    const low = scale[Math.floor(at)] as Stop;
    const high = scale[Math.min(scale.length - 1, Math.floor(at) + 1)] as Stop;
    const share = at - Math.floor(at);
    return low.map((part, i) => Math.round(part + ((high[i] as number) - part) * share)) as Stop;
}
