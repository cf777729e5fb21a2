/// Every kind of file and folder of a store in every kind of damage: the next run gives the same, and nothing outside the store changes.
module NtkPipeline.Tests.StoreDamageTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.WordChain

let private models = [ Digest.ofBytes "a"B; Digest.ofBytes "b"B ]
let private texts = [| "one"; "two" |]

let private rowsOf (model: Digest) =
    Matrix.init texts.Length 3 (fun i j -> float32 (int model.Hex[0] + 10 * i + j))

let private seeds = [ 1UL; 2UL ]

/// What the chain gives with each seed.
let private valuesIn (folder: string) = [
    for seed in seeds do
        let _, value, _ = run folder seed plain
        value
]

/// The lease of a process that is gone, in a folder of claims or of runs under way.
let private leaveLease (store: Store) (folder: string) =
    let copied =
        use _ = LiveRun.Begin store |> wantOk
        let live = Directory.GetDirectories(Path.Combine(folder, "live")) |> Array.last
        File.ReadAllLines(Directory.GetFiles(live, "*.lease")[0])

    copied[2] <- "1"

    for held in
        [
            Path.Combine("live", Holder.unusedName ())
            Path.Combine("claims", (Digest.ofParts [ "k" ]).Hex)
        ] do
        let held = Directory.CreateDirectory(Path.Combine(folder, held)).FullName
        File.WriteAllLines(Path.Combine(held, "x.lease"), copied)

    for live in Directory.GetDirectories(Path.Combine(folder, "live")) do
        File.WriteAllText(Path.Combine(live, "pins"), String('0', 64) + "\n")

    copied

/// A store with something of everything; gives what the chain makes there with two seeds.
let private build (folder: string) =
    let values = valuesIn folder
    let store = Store.openAt folder |> wantOk

    for model in models do
        EmbeddingCache.add store model texts (rowsOf model) |> wantOk

    let lease = leaveLease store folder

    // What the chain is about to make, as another process that died was making it.
    for path in Directory.GetFiles(Path.Combine(folder, "runs")) do
        let held = Path.Combine(folder, "claims", nonNull (Path.GetFileNameWithoutExtension path))
        Directory.CreateDirectory held |> ignore
        File.WriteAllLines(Path.Combine(held, "x.lease"), lease)

    File.WriteAllText(Path.Combine(folder, "partial", "999999999-1"), "half of")
    values

/// Nothing that the store gives is wrong, whatever is in it.
let private expectRight (what: string) (folder: string) values =
    Expect.equal (valuesIn folder) values $"%s{what}"
    let store = Store.openAt folder |> wantOk

    for model in models do
        let right = rowsOf model

        for known in EmbeddingCache.load store model |> wantOk do
            let place = texts |> Array.findIndex (fun text -> EmbeddingCache.digestOf text = known.Key)
            Expect.equal known.Value ((Matrix.row place right).ToArray()) "a text's row"

        EmbeddingCache.add store model texts right |> wantOk
        Expect.equal (EmbeddingCache.load store model |> wantOk).Count texts.Length "all are known again"

    StoreCare.verify store |> wantOk |> ignore
    StoreCare.collect store |> wantOk |> ignore
    StoreCare.sizes store |> wantOk |> ignore
    Expect.equal (valuesIn folder) values $"%s{what}, after gc"

let private kinds = [
    "the mark", fun folder -> [| Path.Combine(folder, "ntk-store") |]
    for part in [ "objects"; "runs"; "latest"; "texts"; "claims"; "live"; "partial" ] do
        part, (fun folder -> Trees.files (Path.Combine(folder, part)))
]

let private folders = [ "objects"; "latest"; "texts"; "claims"; "live" ]

/// Damages copies of a store in each way, with a folder of somebody's beside it, and asks for the same.
let private spoil (damagesOf: int -> (string * (string -> string -> unit)) list) =
    inFolder (fun folder ->
        let at name = Path.Combine(folder, name)
        let values = build (at "whole")

        for number in 0 .. Asked.orElse 1 - 1 do
            for what, damage in damagesOf number do
                let store, elsewhere = at what, at $"beside %s{what}"
                Trees.copy (at "whole") store
                Directory.CreateDirectory elsewhere |> ignore
                File.WriteAllText(Path.Combine(elsewhere, "mine"), "mine")
                damage store elsewhere
                let before = Trees.snapshot elsewhere
                expectRight what store values
                Expect.equal (Trees.snapshot elsewhere) before $"%s{what}: nothing outside has changed"
                Expect.isFalse (File.Exists(Path.Combine(elsewhere, "nowhere"))) $"%s{what}: nor come"
                Directory.Delete(store, true)
                Directory.Delete(elsewhere, true))

/// Claims are asked for where something has to be made.
let private forget (store: string) =
    for path in Directory.GetFiles(Path.Combine(store, "runs")) do
        File.Delete path

let private spoilFiles kind (find: string -> string[]) (store: string) damage elsewhere =
    let all = find store
    Expect.isNonEmpty all "there are some"

    if kind = "claims" then
        forget store

    for path in all do
        damage elsewhere all path

        // A lease that cannot be read is heard of by its time.
        if FileKind.at path = FileKind.File then
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours -1.0)

let private spoilFolders part (store: string) damage elsewhere =
    if part = "claims" then
        forget store

    for path in Directory.GetDirectories(Path.Combine(store, part)) do
        damage elsewhere path

let tests =
    testList "a damaged store" [
        for kind, find in kinds do
            testCase $"files of %s{kind}, each in every kind of damage"
            <| spoil (fun number -> [
                for what, damage in Trees.damages number do
                    what, (fun store elsewhere -> spoilFiles kind find store damage elsewhere)
            ])

        for part in folders do
            testCase $"folders of %s{part}, each in every kind of damage"
            <| spoil (fun _ -> [
                for what, damage in Trees.folderDamages do
                    what, (fun store elsewhere -> spoilFolders part store damage elsewhere)
            ])
    ]
