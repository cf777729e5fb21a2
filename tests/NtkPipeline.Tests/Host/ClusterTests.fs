/// Runs whose stages are made by the workers of a cluster.
module NtkPipeline.Tests.ClusterTests

open System
open System.IO
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs
open NtkPipeline.Tests.Workers

/// Workers tell what they do every two seconds: what they told last may be of a stage that has just ended.
let private statusSays address words =
    let ask () = (wantDone [ "cluster"; "status"; "--cluster"; address ]).Output

    let rec look tries =
        let found = ask ()

        if not (found.Contains(words: string)) && tries > 0 then
            Threading.Thread.Sleep 1000
            look (tries - 1)
        else
            Expect.stringContains found words "who is left"

    look 30

let private cluster =
    testList "a cluster" [
        RedisServer.testCaseRedis
            "three workers, one of which is killed in a stage: the bytes of one process, each stage once"
        <| inFolder (fun folder ->
            RedisServer.withRedis folder (fun address ->
                let workers = [
                    for k in 1..3 ->
                        startWorker [ "--cluster"; address; "--name"; $"w%d{k}"; "--cores"; "1" ]
                ]

                let run = arguments folder (tweets folder 240) "shared" "out"
                use running = start (run @ [ "--cluster"; address ])

                try
                    let said = running.StandardError.ReadToEndAsync()
                    let output = running.StandardOutput.ReadToEndAsync()
                    let holder, key = claimant folder 8 (fun () -> running.HasExited)

                    let victim =
                        workers
                        |> List.find (fun worker -> List.contains holder (offspring worker.Process.Id))

                    victim.Process.Kill()
                    running.WaitForExit()
                    Expect.equal running.ExitCode 0 (output.Result + said.Result)
                    Expect.equal (results folder "out") (snd alone.Value) "the same bytes"
                    workers |> List.map saidBy |> String.concat "" |> wantEachOnce

                    statusSays address "2 workers, 0 stages under way"
                    Expect.isFalse (said.Result.Contains "secret") "no password is shown"

                    Expect.isTrue
                        (File.Exists(Path.Combine(folder, "shared", "runs", key + ".json")))
                        "it was made"
                finally
                    finally' (running :: (workers |> List.map _.Process))))

        if OperatingSystem.IsLinux() then
            RedisServer.testCaseRedis
                "a run that is killed leaves the stage under way, and the next finds it again"
            <| inFolder (fun folder ->
                RedisServer.withRedis folder (fun address ->
                    let worker = startWorker [ "--cluster"; address; "--name"; "w1" ]
                    let run = arguments folder (tweets folder 240) "shared" "out" @ [ "--cluster"; address ]
                    use first = start run
                    let firstSaid = first.StandardError.ReadToEndAsync()

                    try
                        claimant folder 4 (fun () -> first.HasExited) |> ignore
                        first.Kill()
                        first.WaitForExit()
                        let said = finish (start run)
                        wantEachOnce (saidBy worker)
                        Expect.equal (results folder "out") (snd alone.Value) "the same bytes"
                        Expect.isFalse (said.Contains "tried again") (firstSaid.Result + said)
                    finally
                        finally' [ first; worker.Process ]))

        RedisServer.testCaseRedis
            "members with the cluster's certificate work; whoever has another is refused"
        <| inFolder (fun folder ->
            RedisServer.withRedis folder (fun address ->
                let own, other = Path.Combine(folder, "own.pem"), Path.Combine(folder, "other.pem")

                for path in [ own; other ] do
                    [ "cluster"; "cert"; "--out"; path ] |> wantDone |> ignore

                let worker = startWorker [ "--cluster"; address; "--name"; "w1"; "--certificate"; own ]

                try
                    let run = arguments folder (tweets folder 240) "shared" "out"
                    finish (start (run @ [ "--cluster"; address; "--certificate"; own ])) |> ignore
                    Expect.equal (results folder "out") (snd alone.Value) "the same bytes"
                    let status = [ "cluster"; "status"; "--cluster"; address ]
                    status @ [ "--certificate"; own ] |> wantDone |> ignore

                    status @ [ "--certificate"; other ]
                    |> refused 1 [ "no worker of redis://127.0.0.1"; "certificate" ]

                    status |> refused 1 [ "no worker of redis://127.0.0.1" ]
                finally
                    finally' [ worker.Process ]))

        for name, comesBack in
            [
                "a Redis that is killed in a run and comes back is joined again", true
                "a Redis that is lost for ever does not keep a run from its end", false
            ] do
            RedisServer.testCaseRedis name
            <| inFolder (fun folder ->
                RedisServer.withRestartable folder (fun redis ->
                    let workers = [
                        for k in 1..2 ->
                            startWorker [ "--cluster"; redis.Address; "--name"; $"w%d{k}"; "--cores"; "1" ]
                    ]

                    let run = arguments folder (tweets folder 240) "shared" "out"
                    use running = start (run @ [ "--cluster"; redis.Address ])

                    try
                        let said = running.StandardError.ReadToEndAsync()
                        let output = running.StandardOutput.ReadToEndAsync()
                        claimant folder 4 (fun () -> running.HasExited) |> ignore
                        redis.Kill()

                        if comesBack then
                            Threading.Thread.Sleep 3000
                            redis.Start()

                        running.WaitForExit()
                        Expect.equal running.ExitCode 0 (output.Result + said.Result)
                        Expect.equal (results folder "out") (snd alone.Value) "the same bytes"
                        workers |> List.map saidBy |> String.concat "" |> wantEachOnce

                        if comesBack then
                            statusSays redis.Address "2 workers, 0 stages under way"
                    finally
                        finally' (running :: (workers |> List.map _.Process))))

        if not (OperatingSystem.IsWindows()) then
            RedisServer.testCaseRedis
                "a stage that one worker's disk refuses is made by another, and not asked of the first again"
            <| inFolder (fun folder ->
                RedisServer.withRedis folder (fun address ->
                    let join name cores = [ "--cluster"; address; "--name"; name; "--cores"; cores ]
                    // The one with more cores is asked first.
                    let small, large = startLimitedWorker 40 (join "w1" "2"), startWorker (join "w2" "1")

                    try
                        let run = arguments folder (tweets folder 240) "shared" "out"
                        let said = finish (start (run @ [ "--cluster"; address ]))
                        Expect.equal (results folder "out") (snd alone.Value) "the same bytes"
                        [ small; large ] |> List.map saidBy |> String.concat "" |> wantEachOnce

                        let refused =
                            said.Split '\n' |> Array.filter _.Contains("it is tried again") |> List.ofArray

                        Expect.isNonEmpty refused said
                        Expect.equal (List.distinct refused) refused "once each"
                        Expect.all refused _.Contains("File too large") $"why: %A{refused}"
                    finally
                        finally' [ small.Process; large.Process ]))

        RedisServer.testCaseRedis
            "a stage that no worker has the memory for is refused, and the memory is told of"
        <| inFolder (fun folder ->
            RedisServer.withRedis folder (fun address ->
                let worker = startWorker [ "--cluster"; address; "--name"; "w1"; "--memory"; "500MB" ]

                try
                    arguments folder (tweets folder 240) "shared" "out" @ [ "--cluster"; address ]
                    |> refused 1 [ "of memory, and no worker has more than"; "a larger machine" ]

                    statusSays address "0 MB of 477 MB declared"
                finally
                    finally' [ worker.Process ]))

        RedisServer.testCaseRedis "a password that Redis refuses is told of in a sentence, and not repeated"
        <| inFolder (fun folder ->
            RedisServer.withRedis folder (fun address ->
                let wrong = address.Replace("secret", "hush")

                for command in [ [ "cluster"; "status" ]; [ "worker" ] ] do
                    let answer = call (command @ [ "--cluster"; wrong ])
                    Expect.equal answer.Code 1 answer.Error
                    Expect.stringContains answer.Error "Redis refuses the password" "why"
                    Expect.isFalse (answer.Error.Contains "hush") answer.Error
                    Expect.isLessThan answer.Error.Length 400 answer.Error))
    ]

let tests =
    testSequenced
    <| testList "several machines" [ ClusterRefusalTests.tests; OwnWorkersTests.tests; cluster ]
