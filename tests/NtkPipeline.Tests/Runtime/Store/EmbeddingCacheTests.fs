module NtkPipeline.Tests.EmbeddingCacheTests

open System
open System.IO
open System.Threading.Tasks
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

let private wantOk result =
    Expect.wantOk (result |> Result.mapError (fun (e: PipelineError) -> e.Sentence)) "it should work"

let private inStore (test: Store -> string -> unit) =
    inFolder (fun folder -> test (Store.openAt (Path.Combine(folder, "store")) |> wantOk) folder)

let private modelA, modelB = Digest.ofBytes "a"B, Digest.ofBytes "b"B

/// A text's row, made up.
let private rowOf (text: string) = [| float32 text.Length; float32 (hash text % 1000); -0.0f |]

let private rowsOf texts = texts |> Array.map rowOf |> Matrix.ofRows 3
let private add store model texts = EmbeddingCache.add store model texts (rowsOf texts) |> wantOk

let private knows store model text =
    match (EmbeddingCache.load store model |> wantOk).TryGetValue(EmbeddingCache.digestOf text) with
    | true, row -> row = rowOf text
    | _ -> false

let private files folder =
    Directory.GetFiles(Path.Combine(folder, "store", "texts"), "*", SearchOption.AllDirectories)

/// The stage of a run that used a model, so that its texts are kept.
let private use' store (model: Digest) =
    let stage: Stage<string, string> = {
        Name = "embed-tweets"
        Version = 1
        Settings = $"transformer %s{model.Hex}"
        Codec = Codec.text "text/1" "txt"
        Body = Pure Ok
    }

    let runner: IRunner = DiskRunner(store, "data", Seed.root 1UL, ignore)
    runner.Run(stage, Artifact.create "x" (Digest.ofBytes [||]) (lazy (Ok "x"))) |> wantOk |> ignore

let tests =
    testList "EmbeddingCache" [
        testCase "a model's texts are found again, and no other model's"
        <| inStore (fun store _ ->
            Expect.equal (EmbeddingCache.load store modelA |> wantOk).Count 0 "none yet"
            add store modelA [| "one"; "two"; "" |]
            add store modelA [| "two"; "three" |]
            Expect.all [ "one"; "two"; "three"; "" ] (knows store modelA) "known"
            Expect.isFalse (knows store modelA "four") "a new text is not"
            Expect.isFalse (knows store modelB "one") "nor is another model's")

        testPropertyWithConfig
            { Garbage.config with maxTest = 30 }
            "any texts with any rows come back bit for bit"
        <| fun (texts: Garbage.Text list) (entries: float32 list) ->
            inStore
                (fun store _ ->
                    let texts =
                        [| for Garbage.Text text in texts -> text |]
                        |> Array.distinctBy EmbeddingCache.digestOf

                    let rows =
                        Matrix.ofRows entries.Length (texts |> Array.map (fun _ -> Array.ofList entries))

                    EmbeddingCache.add store modelA texts rows |> wantOk
                    let known = EmbeddingCache.load store modelA |> wantOk

                    for text in texts do
                        Expect.equal
                            (known[EmbeddingCache.digestOf text] |> Array.map BitConverter.SingleToInt32Bits)
                            (entries |> Array.ofList |> Array.map BitConverter.SingleToInt32Bits)
                            "bits")
                ()

        testCase "a damaged file is no embedding: it is named by verify and deleted by gc"
        <| inStore (fun store folder ->
            add store modelA [| "one" |]
            add store modelA [| "two" |]
            use' store modelA

            let victim =
                files folder
                |> Array.find (fun path -> File.ReadAllText(path).Contains(EmbeddingCache.digestOf "one"))

            let bytes = File.ReadAllBytes victim
            bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 1uy
            File.WriteAllBytes(victim, bytes)
            Expect.isFalse (knows store modelA "one") "not believed"
            Expect.isTrue (knows store modelA "two") "the other is"
            Expect.equal (StoreCare.verify store |> wantOk).Damaged [| victim |] "named"
            let freed = StoreCare.collect store |> wantOk
            Expect.equal (freed.Files, freed.Bytes) (1, int64 bytes.Length) "deleted"
            Expect.isTrue (knows store modelA "two") "the other is kept")

        testCase
            "a file in another model's folder is no embedding of it, though its name is that of its bytes"
        <| inStore (fun store folder ->
            add store modelA [| "one" |]
            let path = files folder |> Array.exactlyOne
            let other = path.Replace(modelA.Hex, modelB.Hex)
            Directory.CreateDirectory(nonNull (Path.GetDirectoryName other)) |> ignore
            File.Copy(path, other)
            Expect.isTrue (knows store modelA "one") "its own"
            Expect.equal (EmbeddingCache.load store modelB |> wantOk).Count 0 "the other's rows are not its"
            add store modelB [| "two" |]
            Expect.isTrue (knows store modelB "two") "and it goes on")

        testCase "gc keeps the texts of models that a kept run names"
        <| inStore (fun store folder ->
            add store modelA [| "one" |]
            add store modelB [| "one" |]
            use' store modelA
            StoreCare.collect store |> wantOk |> ignore
            Expect.isTrue (knows store modelA "one") "named"
            Expect.isFalse (knows store modelB "one") "not named"
            Expect.equal (files folder).Length 1 "and gone"
            let sizes = StoreCare.sizes store |> wantOk
            Expect.contains sizes ("embedded texts", 1, FileInfo((files folder)[0]).Length) "measured")

        testCase "many small files become one, and nothing is lost"
        <| inStore (fun store folder ->
            for k in 1..60 do
                add store modelA [| $"text %d{k}" |]

            Expect.isLessThanOrEqual (files folder).Length 17 "files"
            Expect.all [ 1..60 ] (fun k -> knows store modelA $"text %d{k}") "all are known"
            Expect.isEmpty (StoreCare.verify store |> wantOk).Damaged "sound")

        testCase "it takes no more than its bound, and the oldest go first"
        <| inStore (fun store folder ->
            for k in 1..8 do
                let texts = Array.init 100 (fun i -> $"%d{k} %d{i}")
                EmbeddingCache.addWithin 30_000L store modelA texts (rowsOf texts) |> wantOk

                for path in files folder do
                    File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddMinutes -1.0)

            Expect.isLessThanOrEqual
                (files folder |> Array.sumBy (fun path -> FileInfo(path).Length))
                30_000L
                "bytes"

            Expect.isTrue (knows store modelA "8 99") "the newest"
            Expect.isFalse (knows store modelA "1 0") "the oldest")

        testCase "several at once lose nothing that stays within the bound"
        <| inStore (fun store _ ->
            let fill (w: int) =
                for k in 1..12 do
                    add store modelA [| $"%d{w} %d{k}" |]

            Parallel.For(0, 4, fill) |> ignore

            for w in 0..3 do
                Expect.isTrue (knows store modelA $"%d{w} 12") "the last of each")

        testCase "a new text costs one, the others nothing, and all get what they get uncached"
        <| inStore (fun store folder ->
            let model = Path.Combine(folder, "tiny")
            Directory.CreateDirectory model |> ignore
            TinyEncoder.write model
            let texts = Array.init 150 (fun k -> String.replicate (k % 30) $"a%c{char (97 + k % 26)} ")
            let told = ResizeArray<int * int>()
            let tell = Action<int, int>(fun finished all -> told.Add(finished, all))
            let encode texts = CachedEncoder.encode store model tell texts |> wantOk
            use encoder = SentenceEncoder.openAt model |> wantOk
            let plain = encoder.Encode texts |> wantOk
            let distinct = (Array.distinct texts).Length
            Expect.equal (encode texts) plain "the same bits"
            Expect.equal (Seq.last told) (distinct, distinct) "all of them"
            told.Clear()
            Expect.equal (encode texts) plain "again"
            Expect.isEmpty told "nothing was embedded"
            let more = encode (Array.append [| "quite new" |] texts)
            Expect.equal (List.ofSeq told) [ distinct + 1, distinct + 1 ] "one was"

            Expect.equal
                ((Matrix.row 0 more).ToArray())
                (encoder.Encode [| "quite new" |] |> wantOk).Values
                "itself"

            Expect.equal (encode [||]) (Matrix.create 0 16 [||]) "no texts")
    ]
