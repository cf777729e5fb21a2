/// What runs leave in the store.
module NtkPipeline.Tests.RunStoreTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.RunCall

let tests =
    testList "ntk run" [
        testCase "the store is looked after"
        <| inFolder (fun folder ->
            let data, store = tweets folder 200, Path.Combine(folder, "store")
            run data store (Path.Combine(folder, "out")) [] |> wantDone |> ignore

            Expect.stringContains
                ([ "store"; "verify"; "--store"; store ] |> wantDone).Output
                " 0 damaged"
                "sound"

            Expect.stringContains
                ([ "store"; "size"; "--store"; store ] |> wantDone).Output
                "train-network"
                "by stage"

            let victim =
                Directory.GetFiles(Path.Combine(store, "objects"), "*.html", SearchOption.AllDirectories)[0]

            File.WriteAllText(victim, "damaged")
            refused 1 [ "the next run makes them again" ] [ "store"; "verify"; "--store"; store ]
            let mended = run data store (Path.Combine(folder, "out")) [] |> wantDone
            Expect.equal (ran mended) [ "write-report" ] "made again"
            [ "store"; "gc"; "--store"; store ] |> wantDone |> ignore

            Expect.isEmpty
                (run data store (Path.Combine(folder, "out")) [] |> wantDone |> ran)
                "what is in use stays")

        testCase "with a transformer, a new tweet costs one embedding, and gc keeps the others"
        <| inFolder (fun folder ->
            let data, store = tweets folder 120, Path.Combine(folder, "store")
            let tiny = Directory.CreateDirectory(Path.Combine(folder, "tiny")).FullName
            TinyEncoder.write tiny

            let runWith widths =
                let encoder = [ "--set"; "embed.encoder=minilm"; "--set"; $"embed.model=%s{tiny}" ]
                let short = [ "--set"; $"train.widths=%s{widths}"; "--set"; "train.seeds=1" ]
                run data store (Path.Combine(folder, "out")) (encoder @ short) |> wantDone |> ignore

            let identity =
                Expect.wantOk (SentenceEncoder.identify tiny |> Result.mapError _.Sentence) "a model"

            let known () =
                Store.openAt store
                |> Result.bind (fun store -> EmbeddingCache.load store identity)
                |> Flip.Expect.wantOk "the embedded texts"
                |> _.Count

            let files () = Directory.GetFiles(Path.Combine(store, "texts"), "*", SearchOption.AllDirectories)
            runWith "16"
            let before, written = known (), files ()
            File.AppendAllText(Path.Combine(data, "train.csv"), "999999,,,a quite new text,1\n")
            runWith "16"
            Expect.equal (known ()) (before + 1) "one more is known"
            let added = files () |> Array.except written
            Expect.equal added.Length 1 "one more file"
            Expect.isLessThan (FileInfo(added[0]).Length) 1000L "that holds one text"
            [ "store"; "gc"; "--store"; store ] |> wantDone |> ignore
            Expect.equal (known ()) (before + 1) "gc keeps what the run's model has embedded"

            Expect.stringContains
                ([ "store"; "size"; "--store"; store ] |> wantDone).Output
                "embedded texts"
                "and size names it")
    ]
