/// What a NuGet package says of itself, and the package made of it.
module Nuspec

open System
open System.IO
open System.Security
open Restore


type Package = {
    Id: string
    /// What NuGet calls its type; none for a library.
    Type: string option
    Description: string
    Dependencies: (string * string) list
    /// A file or a pattern, and the folder or the name that it has in the package.
    Files: (string * string) list
    /// A pattern of files that the patterns would take along.
    Except: string
}

let private element (name: string) (text: string) = $"<%s{name}>%s{SecurityElement.Escape text}</%s{name}>"

let nuspec (version: string) (package: Package) : string =
    String.concat "\n" [
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
        "<package><metadata>"
        element "id" package.Id
        element "version" version
        element "authors" "NtkPipeline"
        "<license type=\"expression\">MIT</license>"
        element "readme" "README.md"
        element "description" package.Description
        element "tags" "neural-tangent-kernel ntk kernel-regression gaussian-process deep-learning torchsharp"
        match package.Type with
        | Some name -> $"<packageTypes><packageType name=\"%s{name}\" /></packageTypes>"
        | None -> ()
        if package.Type <> Some "DotnetTool" && package.Type <> Some "DotnetToolRidPackage" then
            "<dependencies><group targetFramework=\"net10.0\">"

            for name, versions in package.Dependencies do
                // A package's own build steps are not for those who use ours.
                $"<dependency id=\"%s{name}\" version=\"%s{versions}\" exclude=\"Build,Analyzers\" />"

            "</group></dependencies>"
        "</metadata><files>"
        for source, target in ("src/docs/packages.md", "README.md") :: ("LICENSE", "LICENSE") :: package.Files do
            $"<file src=\"%s{SecurityElement.Escape(at source)}\" target=\"%s{target}\" exclude=\"%s{package.Except}\" />"
        "</files></package>"
    ]

let write (output: string) (version: string) (package: Package) : unit =
    let specification = at $".build/nuspec/%s{package.Id}.nuspec"
    Directory.CreateDirectory(Path.GetDirectoryName specification) |> ignore
    File.WriteAllText(specification, nuspec version package)
    quietStep [ "pack"; specification; "-o"; output ]
