/// The files that a run writes into its folder: what they may never replace.
module NtkPipeline.Tests.ResultFilesTests

open System.IO
open Expecto
open NtkPipeline.Tests.Ntk

let private names = [ "report.html"; "results.csv"; "summary.json"; "submission.csv" ]

let tests =
    testList "a run's results" [
        testCase "they replace no file of a person's, and no file that the run reads"
        <| inFolder (fun folder ->
            let data = tweets folder 100

            let run (out: string) extra =
                fewNetworks "16" @ [ "--set"; "experiments=none" ] @ extra
                |> RunCall.run data (Path.Combine(folder, "store")) out

            for name in names do
                let out = Directory.CreateDirectory(Path.Combine(folder, "with-" + name)).FullName
                let own = Path.Combine(out, name)
                File.WriteAllText(own, "id,target\n1,0\n")
                refused 2 [ "--out"; name; "kept" ] (run out [])
                Expect.equal (File.ReadAllText own) "id,target\n1,0\n" "untouched"
                Expect.equal (Directory.GetFiles(out).Length) 1 "nothing else is there"

            let out = Directory.CreateDirectory(Path.Combine(folder, "settings")).FullName
            let settings = Path.Combine(out, "summary.json")
            File.WriteAllText(settings, "{}")
            refused 2 [ "--out"; "summary.json"; "would be replaced" ] (run out [ "--config"; settings ])
            let fresh = Path.Combine(folder, "fresh")
            run fresh [] |> wantDone |> ignore
            run fresh [] |> wantDone |> ignore
            File.Delete(Path.Combine(fresh, "summary.json"))
            run fresh [] |> wantDone |> ignore)
    ]
