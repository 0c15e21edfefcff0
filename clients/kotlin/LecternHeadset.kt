// A headset of Lectern for Android apps: copy this file, LecternRules.kt and LecternLine.kt into the app.
// docs/headset-protocol.md has the rules. In short:
//
//     val box = Box("http://192.0.2.5:8080")
//     val token = box.pair("042137", "DPVR-0042", "DPVR P1")      // once, not on the main thread; keep the token
//     val headset = Headset(box, token, app)                      // app: your HeadsetApp
//     headset.start()                                             // and stop() when the app goes
//
// One thread does everything; calls of the app from other threads are handed to it. Pictures and the fetching of
// content are up to the app: their messages arrive at HeadsetApp.heard.
package lectern

import java.io.IOException
import java.util.ArrayDeque
import java.util.concurrent.Executor
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.random.Random

/**
 * The app's part. Its functions are called on the headset's thread and must return within milliseconds, or are run by
 * the Executor that the app gave (Android: `Executor { handler.post(it) }`).
 */
interface HeadsetApp {
    /** A command has come and will take effect at [actAtNs], by System.nanoTime(): load the video, be ready. */
    fun prepare(command: Command, actAtNs: Long) {}

    /**
     * Act now. Returning means done; throwing [CannotObey] means not done, and says why. If it takes longer, call
     * [Order.running], and later [Order.done] or [Order.failed]. [Headset.playing] already has the lesson's new state.
     */
    fun obey(order: Order)

    /** Go there at once: after a connection, or in another lesson. Null: in no lesson. */
    fun goTo(playing: Playing?)

    /** Eyes on the teacher: dim, mute and show [message] until called with null, which happens even without a network. */
    fun hold(message: String?)

    /** The fields to send each second: battery, charging, storage_free, app, app_version, skew_ms, gaze. */
    fun report(): JsonObject = emptyMap()

    fun connected(isConnected: Boolean, why: String) {}
    fun person(nickname: String?) {}
    fun hand(isRaised: Boolean, question: String, isUnwell: Boolean) {}

    /** The token is no longer valid: forget it, show the pairing screen. The headset has stopped. */
    fun unpaired() {}

    /** Messages that this file does not handle: pictures, content.fetch, and those of newer boxes. */
    fun heard(type: String, data: JsonObject) {}

    fun log(text: String) {}
}

/** Thrown by [HeadsetApp.obey]; the teacher reads the message. */
class CannotObey(message: String) : Exception(message)

/** A command whose time has come, in the hands of the app. [skewMs]: how late it is. */
class Order internal constructor(val command: Command, val skewMs: Double, private val answer: (String, String?) -> Unit) {
    internal var isRunning = false

    fun running() {
        isRunning = true
        answer("running", null)
    }

    fun done() = answer("done", null)
    fun failed(why: String) = answer("failed", why)
}

/** [error] is a code of the protocol, "Disconnected" or "Overflow", or null once the box has it. */
class Answer(val error: String?, val data: JsonObject) {
    val message: String get() = data["message"] as? String ?: error ?: ""
    internal val isForLater: Boolean get() = error in LATER

    private companion object {
        val LATER = setOf("TooManyRequests", "Unavailable", "StorageFull")
    }
}

class Headset(
    private val box: Box, private val token: String, private val app: HeadsetApp, private val executor: Executor? = null) {
    /** [answered] is called on the headset's thread. */
    private class Said(val type: String, val data: JsonObject, val isKept: Boolean, val answered: (Answer) -> Unit)

    val time = ServerTime()
    private val lesson = Lesson()
    private val events = Events()
    private val inbox = LinkedBlockingQueue<() -> Unit>(1000)
    private val thread = Thread({ live() }, "lectern-headset").apply { isDaemon = true }
    private val random = Random.Default
    @Volatile private var isStopped = false

    private var line: Line? = null
    private var isWelcome = false
    private var failures = 0
    private var eid = 0L
    private val said = LinkedHashMap<String, Said>() // not answered yet, by eid
    private val unsaid = ArrayDeque<Said>() // to send when there is a line, or when the box has recovered
    private var held: String? = null
    private var quickClocks = 0
    private var connectAtMs = ownMs()
    private var clockAtMs = 0.0
    private var secondAtMs = 0.0

    val playing: Playing? get() = lesson.playing
    val eventsKept: Int get() = events.size
    val eventsDropped: Long get() = events.dropped

    fun start() = thread.start()

    fun stop() {
        isStopped = true
        inbox.offer { } // wakes the thread
    }

    /** Waits until the thread has ended. Don't call it in the app's callbacks: the thread waits for those. */
    fun join() = thread.join()

    fun serverMs(): Double = ownMs() + time.offsetMs

    /** Where the lesson is now: compare it with the video twice a second, see [rateFor]. */
    fun positionMs(): Double? = playing?.positionMs(serverMs())

    /** Something that the student did: gaze, zone_enter, interaction... with yaw_deg, pitch_deg, target, data and so on. */
    fun event(kind: String, fields: JsonObject = emptyMap()) {
        val position = positionMs()?.let { mapOf("position_ms" to it.toLong()) } ?: emptyMap()
        events.add(playing?.runId, ownMs(), position + fields + mapOf("kind" to kind))
    }

    // A sign-in is not kept for later without a network: the student stands there waiting, and nothing may keep the PIN.
    fun signIn(nickname: String, pin: String, answered: (Answer) -> Unit) =
        say("headset.sign_in", mapOf("nickname" to nickname, "pin" to pin), false, answered)

    fun signOut(answered: (Answer) -> Unit = {}) = say("headset.sign_out", emptyMap(), true, answered)
    fun raiseHand(question: String = "") = say("headset.hand", mapOf("question" to question), true)
    fun lowerHand() = say("headset.hand_down", emptyMap(), true)

    /** Fade out first, without waiting for the box. */
    fun unwell() = say("headset.unwell", emptyMap(), true)
    fun well() = say("headset.well", emptyMap(), true)

    /** Sends any message of the protocol. [isKept]: keep it across a break until answered; only if it may be sent twice. */
    fun say(type: String, data: JsonObject, isKept: Boolean, answered: (Answer) -> Unit = {}) {
        Json.write(data) // reports a fault of the app to the app
        post(Said(type, data, isKept) { answer -> tell { answered(answer) } })
    }

    /** From any thread. A full inbox means that the app sends far more than a network can carry. */
    private fun post(words: Said) {
        if (isStopped || !inbox.offer { speak(words) }) words.answered(Answer("Overflow", emptyMap()))
    }

    private fun live() {
        while (!isStopped) {
            val waitMs = maxOf(0.0, minOf(1000.0, nextMs() - ownMs()))
            inbox.poll((waitMs * 1e6).toLong(), TimeUnit.NANOSECONDS)?.invoke()
            obey()
            if (isWelcome) beat(ownMs())
            else if (line == null && ownMs() >= connectAtMs) connect()
        }
        lose("stopped")
    }

    private fun nextMs(): Double {
        val obeyAtMs = lesson.nextMs?.let { it - time.offsetMs } ?: Double.MAX_VALUE
        val lineAtMs = if (isWelcome) minOf(clockAtMs, secondAtMs) else if (line == null) connectAtMs else Double.MAX_VALUE
        return minOf(obeyAtMs, lineAtMs)
    }

    private fun connect() {
        line = Line(box, token) { from, heard -> if (!isStopped) inbox.put { if (from === line) hear(heard) } }.apply { open() }
    }

    private fun lose(why: String) {
        val wasWelcome = isWelcome
        line?.close()
        line = null
        isWelcome = false
        connectAtMs = ownMs() + pauseMs(failures++, random)
        events.again()
        val open = said.values + unsaid
        said.clear()
        unsaid.clear()
        open.forEach { speak(it) } // keeps the messages that must be kept
        if (wasWelcome) tell { app.connected(false, why) } else tell { app.log("no connection: $why") }
    }

    /** The regular messages: the clock, at first ten times quickly; and once a second a report and the waiting messages. */
    private fun beat(nowMs: Double) {
        if (nowMs >= clockAtMs) {
            send("clock", mapOf("t0" to nowMs))
            clockAtMs = nowMs + if (--quickClocks > 0) 60 else 1000
        }
        if (nowMs >= secondAtMs) {
            secondAtMs = nowMs + 1000
            sayAgain()
            sayEvents()
            tell { report(app.report()) }
        } else if (events.isFull) sayEvents()
    }

    private fun report(ofApp: JsonObject) {
        Json.write(ofApp)
        val own = mapOf("round_trip_ms" to (time.roundTripMs ?: return), "clock_offset_ms" to time.offsetMs)
        val position = positionMs()?.let { mapOf("position_ms" to it.toLong()) } ?: emptyMap()
        post(Said("headset.report", own + position + ofApp, false) { answer ->
            if (answer.error == "Invalid") tell { app.log("the report is refused: ${answer.data["errors"]}") }
        })
    }

    private fun sayEvents() {
        val batch = events.next(time.offsetMs) ?: return
        val data = mapOf("batch_id" to batch.id, "run_id" to batch.runId, "events" to batch.events)
        speak(Said("events", data, false) { answer ->
            if (answer.isForLater || answer.error == "Disconnected") return@Said events.again()
            events.finished(batch.id)
            if (answer.error != null) tell { app.log("${batch.events.size} events are refused: ${answer.data}") }
        })
    }

    private fun sayAgain() = repeat(unsaid.size) { speak(unsaid.remove()) }

    private fun speak(words: Said) {
        when {
            isWelcome -> {
                if (said.size >= MOST_SAID) line?.close() // the box takes everything and answers nothing
                said[(eid + 1).toString()] = words // before it is sent: if the line breaks on the way, it is still to be sent
                send(words.type, words.data)
            }
            words.isKept -> keep(words)
            else -> words.answered(Answer("Disconnected", emptyMap()))
        }
    }

    private fun keep(words: Said) {
        unsaid.add(words)
        if (unsaid.size > MOST_UNSAID) unsaid.remove().answered(Answer("Overflow", emptyMap()))
    }

    private fun send(type: String, data: JsonObject) {
        try {
            line?.send(Json.write(mapOf("type" to type, "data" to data, "eid" to (++eid).toString())))
        } catch (error: IOException) {
            line?.close() // the reader notices, so the line is given up in one place
        }
    }

    private fun hear(heard: Heard) {
        when (heard) {
            is Heard.Open -> Unit // the welcome follows
            is Heard.Gone -> {
                lose(heard.why)
                if (heard.isUnpaired) {
                    isStopped = true
                    tell { app.unpaired() }
                }
            }
            is Heard.Text -> try {
                val message = Json.readObject(heard.text)
                val data = message.inner("data") ?: emptyMap()
                val eid = message["eid"] as? String
                if (eid != null) hearAnswer(eid, message, data, heard.ownMs)
                else hearPush(message.text("type"), message.inner("data"), data, heard.ownMs)
            } catch (error: JsonError) {
                tell { app.log("not understood: ${error.message}") }
            }
        }
    }

    private fun hearAnswer(eid: String, message: JsonObject, data: JsonObject, heardMs: Double) {
        val answer = Answer(message["error"] as? String, data)
        if (message["type"] == "clock" && answer.error == null) time.add(data.number("t0"), data.number("t1"), heardMs)
        val words = said.remove(eid) ?: return
        if (words.isKept && answer.isForLater) keep(words) else words.answered(answer)
    }

    private fun hearPush(type: String, content: JsonObject?, data: JsonObject, heardMs: Double) {
        when (type) {
            "welcome" -> {
                time.welcome(data.number("server_ms"), heardMs)
                isWelcome = true
                failures = 0
                quickClocks = 10
                clockAtMs = ownMs()
                secondAtMs = clockAtMs + 500 // the time is known by then
                tell { app.connected(true, "") }
                tellPerson(data)
                data.inner("hand")?.let { tellHand(it) }
                sayAgain()
                adopt(data.inner("session"))
            }
            "state" -> adopt(content)
            "command" -> take(Command(data))
            "person" -> tellPerson(data)
            "hand" -> tellHand(data)
            else -> tell { app.heard(type, data) }
        }
    }

    private fun tellPerson(data: JsonObject) = tell { app.person(data.inner("person")?.text("nickname")) }

    private fun tellHand(hand: JsonObject) =
        tell { app.hand(hand["raised"] == true, hand["question"] as? String ?: "", hand["unwell"] == true) }

    private fun adopt(state: JsonObject?) {
        val number = lesson.takeState(state)
        if (state != null && number != null) answer(state.whole("session_id"), number, "done")
        tell { app.goTo(lesson.playing) }
        tellHeld()
    }

    private fun take(command: Command) {
        if (!lesson.takeCommand(command)) return answer(command.sessionId, command.number, "done")
        answer(command.sessionId, command.number, "received")
        tell { app.prepare(command, ((command.atMs - time.offsetMs) * 1e6).toLong()) }
    }

    private fun obey() {
        if ((lesson.nextMs ?: return) > serverMs()) return
        for (due in lesson.obey(serverMs())) {
            val command = due.command
            val skewMs = serverMs() - command.atMs
            when {
                !due.isNew -> answer(command.sessionId, command.number, "done", skewMs)
                due.isExpired -> {
                    answer(command.sessionId, command.number, "failed", skewMs, "came after it had expired")
                    if (command.kind == "playback") tell { app.goTo(lesson.playing) }
                }
                command.kind == "eyes_on_me" -> answer(command.sessionId, command.number, "done", skewMs)
                else -> tell { carryOut(command) }
            }
        }
        tellHeld()
    }

    private fun carryOut(command: Command) {
        val skewMs = serverMs() - command.atMs
        val order = Order(command, skewMs) { state, error ->
            post(answerOf(command.sessionId, command.number, state, skewMs, error))
        }
        try {
            app.obey(order)
            if (!order.isRunning) order.done()
        } catch (error: CannotObey) {
            order.failed(error.message ?: "")
        } catch (error: RuntimeException) {
            order.failed("The app has failed: $error")
            throw error
        }
    }

    private fun answer(sessionId: Long, number: Long, state: String, skewMs: Double? = null, error: String? = null) =
        speak(answerOf(sessionId, number, state, skewMs, error))

    private fun answerOf(sessionId: Long, number: Long, state: String, skewMs: Double?, error: String?): Said {
        val data = mapOf("session_id" to sessionId, "number" to number, "state" to state, "skew_ms" to skewMs, "error" to error)
        return Said("command.answer", data.filterValues { it != null }, true) {}
    }

    private fun tellHeld() {
        val message = lesson.held
        if (message == held) return
        held = message
        tell { app.hold(message) }
    }

    /** A fault of the app must not end the lesson. */
    private fun tell(task: () -> Unit) {
        val guarded = Runnable {
            try { task() } catch (error: Exception) { app.log("the app has failed: $error") }
        }
        try {
            executor?.execute(guarded) ?: guarded.run()
        } catch (error: RuntimeException) { // the executor was shut down, or is full
            app.log("the app takes nothing: $error")
        }
    }

    private companion object {
        const val MOST_SAID = 1000
        const val MOST_UNSAID = 200
    }
}
