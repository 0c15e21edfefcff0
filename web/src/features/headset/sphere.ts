// Draws a 360° picture. Every pixel of the screen is a direction, and every direction is a place in an
// equirectangular picture. There is no geometry, so the same few lines serve a flat screen and both eyes of a
// headset.
const vertex = `
attribute vec2 corner;
varying vec2 at;
void main() { at = corner; gl_Position = vec4(corner, 0.0, 1.0); }`;

const fragment = `
precision highp float;
varying vec2 at;
uniform mat3 turned;   // from the eye's directions to those of the picture
uniform vec4 lens;     // half-width and half-height of the view at distance 1, and where its middle is
uniform sampler2D picture;
const float pi = 3.14159265358979;
void main() {
    vec3 ray = turned * normalize(vec3(at.x * lens.x + lens.z, at.y * lens.y + lens.w, -1.0));
    float yaw = atan(ray.x, -ray.z);
    gl_FragColor = texture2D(picture, vec2(yaw / (2.0 * pi) + 0.5, 0.5 - asin(clamp(ray.y, -1.0, 1.0)) / pi));
}`;

export type Lens = [number, number, number, number];
/// Column by column, the order that WebGL wants.
export type Turn = Float32Array;

const radians = Math.PI / 180;

/// The rotation of an upright head that looks in this direction.
export function turn_of(yaw_deg: number, pitch_deg: number): Turn {
    const [cy, sy] = [Math.cos(yaw_deg * radians), Math.sin(yaw_deg * radians)];
    const [cp, sp] = [Math.cos(pitch_deg * radians), Math.sin(pitch_deg * radians)];
    return new Float32Array([cy, 0, sy, -sy * sp, cp, cy * sp, -sy * cp, -sp, cy * cp]);
}

/// The direction in which the middle of a view with this rotation looks.
export function gaze_of(turn: ArrayLike<number>): { yaw_deg: number; pitch_deg: number } {
    const [x, y, z] = [-(turn[6] as number), -(turn[7] as number), -(turn[8] as number)];
    return {
        yaw_deg: Math.atan2(x, -z) / radians,
        pitch_deg: Math.asin(Math.min(1, Math.max(-1, y))) / radians,
    };
}

export function lens_for(width: number, height: number, field_deg: number): Lens {
    const half = Math.tan((field_deg / 2) * radians);
    const longest = Math.max(width, height);
    return [(half * width) / longest, (half * height) / longest, 0, 0];
}

/// The lens of a projection matrix. It may be off-centre, as a headset's eyes are.
export function lens_of(projection: ArrayLike<number>): Lens {
    const [x, y] = [projection[0] as number, projection[5] as number];
    return [1 / x, 1 / y, (projection[8] as number) / x, (projection[9] as number) / y];
}

export type Source = HTMLVideoElement | HTMLCanvasElement;

export class Sphere {
    private readonly turned: WebGLUniformLocation | null;
    private readonly lens: WebGLUniformLocation | null;

    constructor(readonly gl: WebGLRenderingContext) {
        const program = gl.createProgram();
        for (const [kind, text] of [
            [gl.VERTEX_SHADER, vertex],
            [gl.FRAGMENT_SHADER, fragment],
        ] as const) {
            const shader = gl.createShader(kind) as WebGLShader;
            gl.shaderSource(shader, text);
            gl.compileShader(shader);
            gl.attachShader(program, shader);
        }
        gl.linkProgram(program);
        gl.useProgram(program);
        gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
        gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
        const corner = gl.getAttribLocation(program, 'corner');
        gl.enableVertexAttribArray(corner);
        gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
        gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
        for (const [name, value] of [
            [gl.TEXTURE_MIN_FILTER, gl.LINEAR],
            [gl.TEXTURE_MAG_FILTER, gl.LINEAR],
            [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
            [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
        ] as const)
            gl.texParameteri(gl.TEXTURE_2D, name, value);
        this.turned = gl.getUniformLocation(program, 'turned');
        this.lens = gl.getUniformLocation(program, 'lens');
    }

    show(source: Source): void {
        const { gl } = this;
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, source);
    }

    draw(turn: Turn, lens: Lens, x: number, y: number, width: number, height: number): void {
        const { gl } = this;
        gl.viewport(x, y, width, height);
        gl.uniformMatrix3fv(this.turned, false, turn);
        gl.uniform4f(this.lens, ...lens);
        gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
}
