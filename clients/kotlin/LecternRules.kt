// The rules of a headset: server time, when to obey which command, what to do with events. Nothing here has a socket
// or a thread of its own, so tables can test all of it.
package lectern

import java.util.ArrayDeque
import java.util.UUID
import kotlin.random.Random

/** A clock of milliseconds that only goes forward. */
fun ownMs(): Double = System.nanoTime() / 1e6

class Command(json: JsonObject) {
    val sessionId = json.whole("session_id")
    val number = json.whole("number")
    val action = json.text("action")
    val arguments: JsonObject = json.inner("arguments") ?: emptyMap()
    val lesson: JsonObject? = json.inner("lesson")
    val positionMs = json.number("position_ms")
    val atMs = json.number("at_ms")
    val expiresMs = json.number("expires_ms")
    val runId: Long? = (json["run_id"] as? Number)?.toLong()

    /** A command is obeyed if it is newer than the last one of its kind, so a blink never swallows a play. */
    val kind = if (action in PLAYBACK) "playback" else if (action == "release") "eyes_on_me" else action

    private companion object {
        val PLAYBACK = setOf("play", "pause", "resume", "seek", "stop")
    }
}

/** Where the lesson is; [state] is "running", "paused" or "stopped". [lesson]: title, kind, content, duration_ms. */
class Playing(
    val sessionId: Long, val state: String, val positionMs: Double, val atMs: Double, val lesson: JsonObject?, val runId: Long?,
    val controls: JsonObject) {
    fun positionMs(serverMs: Double): Double {
        val position = positionMs + if (state == "running") maxOf(0.0, serverMs - atMs) else 0.0
        return minOf(position, (lesson?.get("duration_ms") as? Number)?.toDouble() ?: position)
    }
}

/** The speed that catches up unnoticed, or null: seek. [behindMs]: where the lesson is minus where the video is. */
fun rateFor(behindMs: Double): Double? =
    if (Math.abs(behindMs) > 80) null else 1 + maxOf(-0.03, minOf(0.03, behindMs / 1000))

/** How long to wait after this many failures in a row: a class must not come back all at once. */
fun pauseMs(failures: Int, random: Random): Double =
    minOf(2000.0, 250.0 * (1 shl minOf(failures, 10))) * random.nextDouble(0.5, 1.5)

/** Server time is the headset's clock plus the mean offset of the 6 quickest of the last 64 round trips. */
class ServerTime {
    private val trips = ArrayDeque<Pair<Double, Double>>()
    @Volatile var offsetMs = 0.0; private set
    @Volatile var roundTripMs: Double? = null; private set
    private var isGuessed = false

    /** During a sleep the headset's clock stands still, so earlier measurements are wrong and the welcome is closer. */
    fun welcome(serverMs: Double, ownMs: Double) {
        if (isGuessed && Math.abs(serverMs - ownMs - offsetMs) < 1000) return
        isGuessed = true
        trips.clear()
        roundTripMs = null
        offsetMs = serverMs - ownMs
    }

    fun add(t0: Double, t1: Double, t2: Double) {
        if (t2 < t0) return
        trips.add(Pair(t2 - t0, t1 - (t0 + t2) / 2))
        if (trips.size > 64) trips.remove()
        val quickest = trips.sortedBy { it.first }.take(6)
        roundTripMs = quickest.map { it.first }.average()
        offsetMs = quickest.map { it.second }.average()
    }
}

/** The lesson that plays, and the commands that wait for their time. Knows no sockets; all times are server time. */
class Lesson {
    class Due(val command: Command, val isNew: Boolean, val isExpired: Boolean)

    @Volatile var playing: Playing? = null; private set
    var held: String? = null; private set
    private var heldUntilMs = 0.0
    private var sessionId: Long? = null
    private val newest = HashMap<String, Long>()
    private var waiting = emptyList<Command>()

    /** The time of the next thing to do. */
    val nextMs: Double? get() {
        val commandMs = waiting.firstOrNull()?.atMs
        return if (held == null) commandMs else minOf(heldUntilMs, commandMs ?: heldUntilMs)
    }

    private fun enter(session: Long?) {
        if (session == sessionId) return
        sessionId = session
        playing = null
        held = null
        newest.clear()
        waiting = emptyList()
    }

    /** Goes where the box says the lesson is. Returns the number to answer `done`, if it had not been obeyed yet. */
    fun takeState(state: JsonObject?): Long? {
        enter(state?.whole("session_id"))
        if (state == null) return null
        val controls = state.inner("controls") ?: emptyMap()
        hold(controls.inner("eyes_on_me"))
        val number = state.whole("number")
        if (waiting.any { it.kind == "playback" && it.number >= number }) return null // it will make this state at its time
        waiting = waiting.filter { it.kind != "playback" }
        playing = Playing(state.whole("session_id"), state.text("state"), state.number("position_ms"), state.number("at_ms"),
            state.inner("lesson"), (state["run_id"] as? Number)?.toLong(), controls)
        val before = newest["playback"] ?: 0
        newest["playback"] = maxOf(number, before)
        return if (number > before) number else null
    }

    /** False if it was obeyed before. */
    fun takeCommand(command: Command): Boolean {
        enter(command.sessionId)
        if (command.number <= newest[command.kind] ?: 0) return false
        waiting = (waiting.filter { it.number != command.number } + command).takeLast(MOST_WAITING)
            .sortedWith(compareBy({ it.atMs }, { it.number }))
        return true
    }

    /** Returns the commands that are due. */
    fun obey(nowMs: Double): List<Due> {
        val (due, later) = waiting.partition { it.atMs <= nowMs }
        waiting = later
        val done = due.map { command ->
            val isNew = command.number > newest[command.kind] ?: 0
            val isExpired = nowMs > command.expiresMs
            if (isNew) {
                newest[command.kind] = command.number
                apply(command, isExpired)
            }
            Due(command, isNew, isExpired)
        }
        if (held != null && nowMs >= heldUntilMs) held = null
        return done
    }

    private fun apply(command: Command, isExpired: Boolean) {
        if (command.kind == "eyes_on_me" && !isExpired) hold(if (command.action == "release") null else command.arguments)
        if (command.kind != "playback") return
        val before = playing
        val state = when (command.action) {
            "play", "resume" -> "running"
            "pause" -> "paused"
            "stop" -> "stopped"
            else -> before?.state ?: "paused"
        }
        playing = Playing(command.sessionId, state, command.positionMs, command.atMs, command.lesson ?: before?.lesson,
            command.runId ?: before?.runId, before?.controls ?: emptyMap())
    }

    private fun hold(eyes: JsonObject?) {
        held = if (eyes == null) null else eyes["message"] as? String ?: ""
        heldUntilMs = (eyes?.get("until_ms") as? Number)?.toDouble() ?: 0.0 // without an end it ends at once
    }

    private companion object {
        const val MOST_WAITING = 200
    }
}

/**
 * Keeps what the student did until the box has it on its disk. One batch at a time is on its way, and stays the same
 * under its id until it is answered: sent twice, it is stored once. At most [most] events are kept; then the oldest
 * ones not on their way are dropped, because recent events still help the teacher. They are kept in memory: an app
 * that ends loses them.
 */
class Events(
    private val most: Int = 5000, private val inBatch: Int = 200, private val prefix: String = UUID.randomUUID().toString()) {
    class Batch(val id: String, val runId: Long?, val events: List<JsonObject>)
    private class Event(val runId: Long?, val ownMs: Double, val fields: JsonObject)

    private val open = ArrayDeque<Event>()
    private var batch: Batch? = null
    private var isSaid = false
    private var batches = 0
    var dropped = 0L; private set

    @get:Synchronized val size: Int get() = open.size + (batch?.events?.size ?: 0)
    @get:Synchronized val isFull: Boolean get() = batch == null && open.size >= inBatch

    @Synchronized fun add(runId: Long?, ownMs: Double, fields: JsonObject) {
        Json.write(fields) // reports a fault of the app to the app now, not in a batch later
        while (size >= most && open.isNotEmpty()) {
            open.remove()
            dropped++
        }
        open.add(Event(runId, ownMs, fields))
    }

    /** The batch to send now, if any. Events get their server time only here: it is known better than when they happened. */
    @Synchronized fun next(offsetMs: Double): Batch? {
        if (batch == null) {
            val runId = (open.peek() ?: return null).runId
            val events = ArrayList<JsonObject>()
            while (events.size < inBatch && open.isNotEmpty() && open.peek().runId == runId) {
                val event = open.remove()
                events.add(event.fields + mapOf("at_ms" to event.ownMs + offsetMs, "sent_ms" to event.ownMs))
            }
            batch = Batch("$prefix-${++batches}", runId, events)
            isSaid = false
        }
        if (isSaid) return null
        isSaid = true
        return batch
    }

    /** The box has it, or will never take it. */
    @Synchronized fun finished(id: String) {
        if (batch?.id == id) batch = null
    }

    /** It may not have arrived, or the box cannot take it now. */
    @Synchronized fun again() {
        isSaid = false
    }
}
