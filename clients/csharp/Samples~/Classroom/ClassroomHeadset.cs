// Put it on an object with a VideoPlayer, and give it a dark cover in front of the camera. It pairs once, keeps the token in
// PlayerPrefs, and follows the lesson. Change it: it is yours.
using System.Collections.Generic;
using System.Threading;
using Lectern;
using UnityEngine;
using UnityEngine.Video;

public sealed class ClassroomHeadset : MonoBehaviour
{
    [SerializeField] private string box = "http://192.0.2.5:8080";
    [SerializeField] private VideoPlayer player;
    [SerializeField] private GameObject cover;
    private const string TokenKey = "lectern.token";
    private LecternHeadset _headset;
    private LecternContent _content;
    private volatile string _token;  // set on the thread that pairs
    private float _lookAt;

    /// <summary>With the six digits of the teacher's page, from a pad of yours.</summary>
    public void Pair(string code)
    {
        string serial = SystemInfo.deviceUniqueIdentifier, model = SystemInfo.deviceModel;
        new Thread(() => _token = LecternHeadset.Pair(box, code, serial, model)).Start();
    }

    private void Start()
    {
        _token = PlayerPrefs.GetString(TokenKey, "");
        string of = Launched("lectern_box");  // where Lectern Home has started this app for a lesson
        if (of != "") box = of;
    }

    private void Update()
    {
        if (_headset == null && !string.IsNullOrEmpty(_token)) Begin();
        if (_headset == null) return;
        _headset.Poll();
        cover.SetActive(_headset.EyesOnMe != null);
        if (Time.unscaledTime < _lookAt) return;
        _lookAt = Time.unscaledTime + 0.5f;
        KeepInTime();
    }

    private void OnDestroy()
    {
        if (_content != null) _content.Dispose();
        if (_headset != null) _headset.Dispose();
    }

    private void Begin()
    {
        PlayerPrefs.SetString(TokenKey, _token);
        string folder = Application.persistentDataPath + "/lectern";
        _headset = new LecternHeadset(box, _token, null, folder);
        _content = new LecternContent(_headset, folder + "/content");
        _headset.Fetching = _content;
        _headset.Capabilities = new[] { "play", "pause", "resume", "seek", "stop", "eyes_on_me" };
        _headset.Acting += Act;
        _headset.StateChanged += Follow;
        _headset.Unpaired += () => { PlayerPrefs.DeleteKey(TokenKey); _token = ""; OnDestroy(); _headset = null; };
        _headset.Problem += problem => Debug.Log("Lectern: " + problem);
        _headset.Report(new LecternStatus { Battery = (int)(SystemInfo.batteryLevel * 100), App = Application.identifier, AppVersion = Application.version });
        _headset.Start();
    }

    private void Act(LecternCommand command)
    {
        if (command.Action == "launch") command.Fail("This app starts no others.");
        else Follow();
    }

    private void Follow()
    {
        Dictionary<string, object> lesson = _headset.Content;
        string content = lesson == null ? "" : lesson.Text("content");
        if (content == "" || _headset.State == "stopped")
        {
            player.Stop();
            return;
        }
        string address = _content.Find(content) ?? content;
        if (player.url != address) player.url = address;
        player.time = _headset.PositionMs / 1000;
        if (_headset.State == "running" && !_headset.IsFinished) player.Play();
        else player.Pause();
    }

    // A little faster or slower goes unnoticed; a seek does not.
    private void KeepInTime()
    {
        if (!player.isPlaying) return;
        double? speed = _headset.SpeedFor(player.time * 1000);
        if (speed == null) player.time = _headset.PositionMs / 1000;
        else player.playbackSpeed = (float)speed.Value;
    }

    private static string Launched(string extra)
    {
#if UNITY_ANDROID && !UNITY_EDITOR
        using (var unity = new AndroidJavaClass("com.unity3d.player.UnityPlayer"))
        using (var activity = unity.GetStatic<AndroidJavaObject>("currentActivity"))
        using (var intent = activity.Call<AndroidJavaObject>("getIntent"))
            return intent.Call<string>("getStringExtra", extra) ?? "";
#else
        return "";
#endif
    }
}
