/// Files whose writing was stopped, spoiled or refused.
module NtkPipeline.Tests.KernelFileResumeTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.TileFiles

exception private Stopped

/// Writes until so many tiles are done, as if the process had ended there.
let private stopAt count path name tiles =
    let tell =
        Action<int, int>(fun finished _ ->
            if finished = count then
                raise Stopped)

    Expect.throwsT<Stopped>
        (fun () -> KernelFile.writeNoting 0L path (recipe name) tell tiles |> ignore)
        "stopped"

let tests =
    testList "KernelFile" [
        testCase "stopped after any tile, the same command goes on from there and gives the same bytes"
        <| inFolder (fun folder ->
            let whole = Path.Combine(folder, "whole.npy")
            write whole "one" (analytic 64 None) |> ignore

            for count in [ 0; 1; 7; 14; 15 ] do
                let path = Path.Combine(folder, $"k%d{count}.npy")
                stopAt count path "one" (analytic 64 None)
                Expect.isFalse (File.Exists path) "not there before it is whole"
                // A tile half written when the process ended is written again.
                (use part = new FileStream(path + ".part", FileMode.Open)
                 part.Position <- part.Length - 999L
                 part.Write(Array.create 500 0xFFuy, 0, 500))

                if count < 14 then
                    Expect.equal
                        (write path "one" (analytic 64 None)).Head
                        (count, 15)
                        "what is done is not done again"

                    Expect.equal
                        (File.ReadAllBytes path)
                        (File.ReadAllBytes whole)
                        $"stopped after %d{count}"

            let path = Path.Combine(folder, "twice.npy")
            stopAt 3 path "one" (analytic 64 None)
            stopAt 9 path "one" (analytic 64 None)
            Expect.equal (write path "one" (analytic 64 None)).Head (9, 15) "stopped twice"
            Expect.equal (File.ReadAllBytes path) (File.ReadAllBytes whole) "and the same bytes")

        testCase "what another command has left, or a damaged note, is begun anew"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "k.npy")

            let anew name spoil =
                stopAt 5 path "one" (analytic 64 None)
                spoil ()
                Expect.equal (write path name (analytic 64 None)).Head (0, 15) name
                Expect.equal (files folder) [ "k.npy" ] "nothing is left"

            anew "two" ignore
            anew "one" (fun () -> File.WriteAllText(path + ".progress", "{"))

            anew "one" (fun () ->
                File.WriteAllText(path + ".progress", """{"recipe":"","tiles":15,"done":99}"""))

            anew "one" (fun () -> File.Delete(path + ".progress"))
            anew "one" (fun () -> File.WriteAllBytes(path + ".part", [| 0x93uy; byte 'N' |]))

            stopAt 5 path "one" (analytic 64 None)
            let others = write path "one" (analytic 128 None)
            Expect.equal others.Head (0, 6) "tiles of another side")

        testCase "a disk too small, a folder that is none and a file in use are refused, each in a sentence"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "k.npy")

            let says (part: string) path tiles =
                let outcome = KernelFile.write path (recipe "one") (Action<int, int>(fun _ _ -> ())) tiles
                let refusal = Expect.wantError outcome "refused"
                Expect.stringContains refusal.Sentence part part
                Expect.stringContains refusal.Sentence path "the path"

            let small = analytic 64 None
            let endless = { small with RowCount = 50_000_000; ColumnCount = 50_000_000; Side = 1 <<< 20 }
            says "it needs 20 PB and" path endless
            Expect.isEmpty (files folder) "nothing is left"
            let file = Path.Combine(folder, "file")
            File.WriteAllText(file, "")
            says "cannot be written" (Path.Combine(file, "k.npy")) small
            stopAt 5 path "one" small
            use _ = new FileStream(path + ".part", FileMode.Open, FileAccess.ReadWrite, FileShare.None)
            says "being used by another process" path small)
    ]
